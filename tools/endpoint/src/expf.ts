/*
 * The float32 exponential of glibc 2.27 and later, which is what XGBoost calls on Linux.
 *
 * It is not correctly rounded (0.502 ulp), so `Math.fround(Math.exp(x))` differs from it for a few
 * arguments in ten thousand, and a prediction would differ in its last digit. Source: glibc,
 * sysdeps/ieee754/flt-32/e_expf.c: 2^(k/32) from a table times a cubic of the rest, in double.
 */

const STEPS = 32
const STEPS_PER_E = STEPS / Math.LN2
const CUBIC = 0.05550361559341535 / STEPS ** 3
const SQUARE = 0.2402284522445722 / STEPS ** 2
const LINEAR = 0.6931471806916203 / STEPS
const POWERS = Float64Array.from({ length: STEPS }, (_, step) => 2 ** (step / STEPS))
/** Beyond these the result is 0 or infinity in float32. */
const ARGUMENT_MIN = -104
const ARGUMENT_MAX = 89

/** e to the power of a float32, as glibc's `expf` returns it. */
export function expf(x: number): number {
  if (x < ARGUMENT_MIN) return 0
  if (x > ARGUMENT_MAX) return Infinity
  const scaled = STEPS_PER_E * x
  const nearest = Math.round(scaled)
  const rest = scaled - nearest
  const step = nearest & (STEPS - 1)
  const power = POWERS[step]! * 2 ** ((nearest - step) / STEPS)
  return Math.fround(((CUBIC * rest + SQUARE) * (rest * rest) + (LINEAR * rest + 1)) * power)
}
