import { hex } from '../../base/hex.ts';
import type { Boot } from '../boot/boot.ts';
import type { Silicon } from '../silicon/silicon.ts';
import { msrOf } from '../silicon/silicon.ts';
import { ibpbPatchedIn } from '../vulnerabilities/_protection.ts';

/** What the running kernel executes, whatever it prints. */
export interface Engaged {
  /** VERW on every return to user space. */
  readonly verwOnExit: boolean;
  /** VERW before a CPU goes idle. */
  readonly verwOnIdle: boolean;
  /** IBPB on every entry from user space. */
  readonly ibpbOnEntry: boolean;
  /** IBPB when the CPU changes over to another process: for all, for those that asked by prctl or seccomp, or not. */
  readonly ibpbOnSwitch: 'never' | 'opted-in' | 'always';
  /** SPEC_CTRL.IBRS written at entry and exit. */
  readonly ibrsOnEntry: boolean;
  /** PR_GET_SPECULATION_CTRL of a task that asked for nothing: PR_SPEC_ numbers. */
  readonly prctl: { readonly indirectBranch: number; readonly storeBypass: number; readonly l1dFlush: number };
  /** MSRs 0x48, 0x122 and 0x123 on the boot CPU; null: reading faults or nobody knows. */
  readonly specCtrl: string | null;
  readonly tsxCtrl: string | null;
  readonly mcuOptCtrl: string | null;
}

const PR_SPEC_NOT_AFFECTED = 0;
const PR_SPEC_PRCTL = 1;
const PR_SPEC_ENABLE = 2;
const PR_SPEC_DISABLE = 4;
const PR_SPEC_FORCE_DISABLE = 8;

/** ib_prctl_get() for a task that has set nothing (cpu/bugs.c). */
function indirectBranch(b: Boot): number {
  if (!b.bug('SPECTRE_V2')) return PR_SPEC_NOT_AFFECTED;
  const modes = [b.choice('spectre_v2_user_ibpb'), b.choice('spectre_v2_user_stibp')];
  if (modes.every((mode) => mode === 'SPECTRE_V2_USER_NONE')) return PR_SPEC_ENABLE;
  if (modes.some((mode) => mode === 'SPECTRE_V2_USER_PRCTL' || mode === 'SPECTRE_V2_USER_SECCOMP')) return PR_SPEC_PRCTL | PR_SPEC_ENABLE;
  return PR_SPEC_DISABLE;
}

/** ssb_prctl_get() for such a task. */
function storeBypass(b: Boot): number {
  const mode = b.choice('ssb');
  if (mode === 'SPEC_STORE_BYPASS_PRCTL' || mode === 'SPEC_STORE_BYPASS_SECCOMP') return PR_SPEC_PRCTL | PR_SPEC_ENABLE;
  if (mode === 'SPEC_STORE_BYPASS_DISABLE') return PR_SPEC_DISABLE;
  return b.bug('SPEC_STORE_BYPASS') ? PR_SPEC_ENABLE : PR_SPEC_NOT_AFFECTED;
}

/** l1d_flush_prctl_get() for such a task. */
function l1dFlush(b: Boot): number {
  return b.shared('switch_mm_cond_l1d_flush') === true ? PR_SPEC_PRCTL | PR_SPEC_DISABLE : PR_SPEC_FORCE_DISABLE;
}

function ibpbOnSwitch(b: Boot): Engaged['ibpbOnSwitch'] {
  if (!ibpbPatchedIn(b)) return 'never';
  if (b.shared('switch_mm_always_ibpb') === true) return 'always';
  return b.shared('switch_mm_cond_ibpb') === true ? 'opted-in' : 'never';
}

function msrNow(b: Boot, silicon: Silicon, index: number): string | null {
  const value = b.written.get(index) ?? msrOf(silicon, index);
  return value == null ? null : hex(value);
}

/**
 * @param b the running kernel
 * @param silicon the boot CPU's silicon now: an MSR that the kernel never wrote has the silicon's value
 */
export function engagedBy(b: Boot, silicon: Silicon): Engaged {
  return {
    verwOnExit: b.runs('CLEAR_CPU_BUF'),
    verwOnIdle: b.shared('cpu_buf_idle_clear') === true,
    ibpbOnEntry: b.runs('ENTRY_IBPB'),
    ibpbOnSwitch: ibpbOnSwitch(b),
    ibrsOnEntry: b.runs('KERNEL_IBRS'),
    prctl: { indirectBranch: indirectBranch(b), storeBypass: storeBypass(b), l1dFlush: l1dFlush(b) },
    specCtrl: msrNow(b, silicon, 0x48),
    tsxCtrl: msrNow(b, silicon, 0x122),
    mcuOptCtrl: msrNow(b, silicon, 0x123),
  };
}
