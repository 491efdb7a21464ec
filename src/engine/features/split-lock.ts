import { bit64 } from '../../base/bits.ts';
import type { Boot } from '../boot/boot.ts';
import { matchValue } from '../boot/cpu-match.ts';
import { msrBitOr, unknownMsr } from './msr-access.ts';

const MSR_TEST_CTRL = 0x33;
const SPLIT_LOCK_DETECT_BIT = 29;
const MSR_IA32_CORE_CAPS = 0xcf;
const CORE_CAPS_SPLIT_LOCK_DETECT_BIT = 5;

/**
 * Does this CPU have split lock detection? Some models have it without saying so; on the others CORE_CAPS says, which
 * older kernels believe on listed models only (cpu/intel.c, 7.2 cpu/bus_lock.c split_lock_setup()).
 */
function supported(b: Boot): boolean {
  if (b.has('HYPERVISOR')) return false;
  const listed = matchValue(b, 'split_lock_cpu_ids');
  if (listed === 0) return true;
  if (listed === null && b.trait('split-lock-listed-models')) return false;
  return b.has('CORE_CAPABILITIES') && msrBitOr(b, MSR_IA32_CORE_CAPS, CORE_CAPS_SPLIT_LOCK_DETECT_BIT, true, b.cpu);
}

/** split_lock_verify_msr(), both ways: the bit can be cleared and set. */
function testCtrlWorks(b: Boot): boolean {
  const value = b.msr(MSR_TEST_CTRL);
  if (value === null) return unknownMsr(b, MSR_TEST_CTRL, b.cpu);
  const on = value | (1n << BigInt(SPLIT_LOCK_DETECT_BIT));
  return (
    b.msrAccepts(MSR_TEST_CTRL, on) && b.msrAccepts(MSR_TEST_CTRL, bit64(value, SPLIT_LOCK_DETECT_BIT) ? value & ~(1n << BigInt(SPLIT_LOCK_DETECT_BIT)) : value)
  );
}

/** sld_setup(): after the bug bits of the boot CPU. */
export function setupSplitLock(b: Boot): void {
  b.begin();
  if (!supported(b)) return b.leaveFeature('SPLIT_LOCK_DETECT', 'split-lock/setup/not-supported');
  if (testCtrlWorks(b)) b.force('SPLIT_LOCK_DETECT', 'split-lock/setup/msr-works');
  else b.print('x86/split lock detection: MSR access failed: Disabled');
}
