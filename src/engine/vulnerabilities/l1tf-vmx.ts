import { ARCH_CAP_BITS } from '../../data/bits/arch-capabilities.ts';
import type { Boot } from '../boot/boot.ts';
import type { Silicon } from '../silicon/silicon.ts';

/*
 * The half of L1TF that lives in kvm_intel (kvm/vmx/vmx.c): how the L1 data cache is flushed before a guest runs. Decided when
 * the module is loaded, from what the booted kernel holds; only SKIP_VMENTRY_L1DFLUSH is read from the silicon of that moment.
 */

const MSR_IA32_ARCH_CAPABILITIES = 0x10a;

const BY_WORD: ReadonlyMap<string, string> = new Map([
  ['auto', 'VMENTER_L1D_FLUSH_AUTO'],
  ['never', 'VMENTER_L1D_FLUSH_NEVER'],
  ['cond', 'VMENTER_L1D_FLUSH_COND'],
  ['always', 'VMENTER_L1D_FLUSH_ALWAYS'],
]);

/** What the l1tf= choice means for guests where the module was given no parameter of its own. */
const BY_L1TF: ReadonlyMap<string, string> = new Map([
  ['L1TF_MITIGATION_OFF', 'VMENTER_L1D_FLUSH_NEVER'],
  ['L1TF_MITIGATION_FLUSH_NOWARN', 'VMENTER_L1D_FLUSH_COND'],
  ['L1TF_MITIGATION_FLUSH', 'VMENTER_L1D_FLUSH_COND'],
  ['L1TF_MITIGATION_FLUSH_NOSMT', 'VMENTER_L1D_FLUSH_COND'],
  ['L1TF_MITIGATION_FULL', 'VMENTER_L1D_FLUSH_ALWAYS'],
  ['L1TF_MITIGATION_FULL_FORCE', 'VMENTER_L1D_FLUSH_ALWAYS'],
]);

/** What kvm_intel brings along when it is loaded. */
export interface L1dFlushSetup {
  /** Every value given for kvm_intel.vmentry_l1d_flush, in order; null: it stood without one. */
  readonly parameters: readonly (string | null)[];
  /** enable_ept as vmx.c has settled it by then. */
  readonly enableEpt: boolean;
  /** The silicon at load time; the boot's own when absent. */
  readonly silicon?: Silicon;
}

/**
 * vmentry_l1d_flush_parse(): auto, never, cond or always; one newline at the end is allowed, as sysfs_streq() does.
 * @returns the VMENTER_L1D_FLUSH_ constant, or null: the module refuses to load (-EINVAL)
 */
export function parseL1dFlush(value: string | null): string | null {
  return value === null ? null : (BY_WORD.get(value.replace(/\n$/, '')) ?? null);
}

function decide(b: Boot, setup: L1dFlushSetup, wanted: string): [state: string, why: string] {
  if (!b.bug('L1TF')) return ['VMENTER_L1D_FLUSH_NOT_REQUIRED', 'not-affected'];
  if (!setup.enableEpt) return ['VMENTER_L1D_FLUSH_EPT_DISABLED', 'ept-disabled'];
  const now = setup.silicon === undefined || setup.silicon === b.silicon ? b.cpu : { ...b.cpu, silicon: setup.silicon };
  if (b.has('ARCH_CAPABILITIES') && b.msrBit(MSR_IA32_ARCH_CAPABILITIES, ARCH_CAP_BITS.SKIP_VMENTRY_L1DFLUSH, now))
    return ['VMENTER_L1D_FLUSH_NOT_REQUIRED', 'skip-enumerated'];
  const choice = b.choice('l1tf');
  if (wanted === 'VMENTER_L1D_FLUSH_AUTO') return [BY_L1TF.get(choice) ?? wanted, 'by-l1tf'];
  if (choice === 'L1TF_MITIGATION_FULL_FORCE') return ['VMENTER_L1D_FLUSH_ALWAYS', 'full-force'];
  return [wanted, 'parameter'];
}

/**
 * vmx_setup_l1d_flush(), at the load of kvm_intel: writes `l1tf_vmx_mitigation` and the static keys `vmx_l1d_should_flush`
 * and `vmx_l1d_flush_cond` into the kernel's memory.
 * @returns false where the parameter is no word it knows: the module is then not loaded and nothing has changed
 */
export function setupL1dFlush(b: Boot, setup: L1dFlushSetup): boolean {
  b.begin();
  const wanted = setup.parameters.map(parseL1dFlush);
  const built = !b.trait('l1d-flush-needs-mitigations') || b.config('CONFIG_CPU_MITIGATIONS');
  // Each value is parsed, though the last one counts; without mitigations none is.
  if (built && wanted.includes(null)) return false;
  const [state, why] = built ? decide(b, setup, wanted.at(-1) ?? 'VMENTER_L1D_FLUSH_AUTO') : ['VMENTER_L1D_FLUSH_NEVER', 'not-built'];
  b.share('l1tf_vmx_mitigation', state, `l1tf/vmx/${why}`);
  const flushes = state === 'VMENTER_L1D_FLUSH_COND' || state === 'VMENTER_L1D_FLUSH_ALWAYS';
  b.share('vmx_l1d_should_flush', flushes, `l1tf/vmx/${why}`);
  b.share('vmx_l1d_flush_cond', state === 'VMENTER_L1D_FLUSH_COND', `l1tf/vmx/${why}`);
  return true;
}

/** vmx_cleanup_l1d_flush(), at the removal of kvm_intel: the line speaks of VMX no longer. The static keys stay as they are. */
export function cleanupL1dFlush(b: Boot): void {
  b.begin();
  b.share('l1tf_vmx_mitigation', 'VMENTER_L1D_FLUSH_AUTO', 'l1tf/vmx/unloaded');
}
