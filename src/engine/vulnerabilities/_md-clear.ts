import type { Boot } from '../boot/boot.ts';
import { textOf } from './_define.ts';
import { mitigationsOff } from './_global.ts';
import { selectMmioAtOnce } from './mmio.ts';
import { selectRfdsAtOnce } from './rfds.ts';
import { selectTaaAtOnce } from './taa.ts';

/*
 * md_clear_select_mitigation() of 6.1 and 6.12: the four that share VERW are selected one after another; then, as one of
 * them may have patched VERW in, those that were off are selected once more, because VERW protects them as well.
 */

type Select = (b: Boot) => void;

/** One repair: what is off although its bug is there is switched on and selected again. */
function repair(b: Boot, id: string, bug: string, off: string, on: string, select: Select): void {
  b.begin();
  if (b.choice(id) !== off || !b.bug(bug)) return;
  // The repair runs because VERW runs: whatever is chosen below rests on that bit.
  b.has('CLEAR_CPU_BUF');
  b.choose(id, on, `${id}/repair/verw-runs`);
  select(b);
}

function update(b: Boot, selectMds: Select): void {
  if (mitigationsOff(b)) return;
  if (b.has('CLEAR_CPU_BUF')) {
    repair(b, 'mds', 'MDS', 'MDS_MITIGATION_OFF', 'MDS_MITIGATION_FULL', selectMds);
    repair(b, 'taa', 'TAA', 'TAA_MITIGATION_OFF', 'TAA_MITIGATION_VERW', selectTaaAtOnce);
    // MMIO is selected again whatever it was, so that its VERW for guests alone goes when everyone's VERW runs.
    b.begin();
    if (b.bug('MMIO_STALE_DATA')) {
      b.has('CLEAR_CPU_BUF');
      b.choose('mmio', 'MMIO_MITIGATION_VERW', 'mmio/repair/verw-runs');
      selectMmioAtOnce(b);
    }
    repair(b, 'rfds', 'RFDS', 'RFDS_MITIGATION_OFF', 'RFDS_MITIGATION_VERW', selectRfdsAtOnce);
  }
  printAll(b);
}

function printAll(b: Boot): void {
  if (b.bug('MDS')) b.print(`MDS: ${textOf(b, 'mds_strings', b.choice('mds'))}`);
  if (b.bug('TAA')) b.print(`TAA: ${textOf(b, 'taa_strings', b.choice('taa'))}`);
  if (b.bug('MMIO_STALE_DATA')) b.print(`MMIO Stale Data: ${textOf(b, 'mmio_strings', b.choice('mmio'))}`);
  else if (b.bug('MMIO_UNKNOWN')) b.print('MMIO Stale Data: Unknown: No mitigations');
  if (b.bug('RFDS')) b.print(`Register File Data Sampling: ${textOf(b, 'rfds_strings', b.choice('rfds'))}`);
}

/** md_clear_select_mitigation() (cpu/bugs.c), given the first of its four selections. */
export function selectMdClear(b: Boot, selectMds: Select): void {
  for (const select of [selectMds, selectTaaAtOnce, selectMmioAtOnce, selectRfdsAtOnce]) {
    b.begin();
    select(b);
  }
  b.begin();
  update(b, selectMds);
}
