import { computeControls } from './compute-controls.ts'
import type { Control } from './control.ts'
import { dataControls } from './data-controls.ts'
import { networkControls } from './network-controls.ts'
import { permissionControls } from './permission-controls.ts'

/** The rules that apply to what a stack holds; what it has none of (RDS, EKS, …) is left out. */
export const controls: readonly Control[] = [
  ...dataControls,
  ...computeControls,
  ...networkControls,
  ...permissionControls,
]
