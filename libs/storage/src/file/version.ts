import type { BigIntStats } from 'node:fs'

/**
 * What a file is held to: size, time of the last write in nanoseconds, inode. Two writes of the same
 * length within one tick of the file system's clock (4 ms on Linux before 6.13) look the same.
 */
export const fileVersion = ({ size, mtimeNs, ino }: BigIntStats): string =>
  `${size}-${mtimeNs}-${ino}`
