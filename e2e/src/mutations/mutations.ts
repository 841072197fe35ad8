import type { Mutation } from './mutation.ts'
import { mutationsOfApps } from './mutations-of-apps.ts'
import { mutationsOfLibs } from './mutations-of-libs.ts'

/**
 * What somebody may break one day without a failing unit test: every condition, order, count and
 * retry that keeps rows from being lost, doubled or mixed. Each must be caught by the simulation.
 */
export const mutations: readonly Mutation[] = [...mutationsOfLibs, ...mutationsOfApps]
