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

interface Repair {
  readonly id: string;
  readonly bug: string;
  readonly off: string;
  readonly on: string;
  readonly select: Select;
}

function repairs(selectMds: Select): readonly Repair[] {
  return [
    { id: 'mds', bug: 'MDS', off: 'MDS_MITIGATION_OFF', on: 'MDS_MITIGATION_FULL', select: selectMds },
    { id: 'taa', bug: 'TAA', off: 'TAA_MITIGATION_OFF', on: 'TAA_MITIGATION_VERW', select: selectTaaAtOnce },
    { id: 'mmio', bug: 'MMIO_STALE_DATA', off: 'MMIO_MITIGATION_OFF', on: 'MMIO_MITIGATION_VERW', select: selectMmioAtOnce },
    { id: 'rfds', bug: 'RFDS', off: 'RFDS_MITIGATION_OFF', on: 'RFDS_MITIGATION_VERW', select: selectRfdsAtOnce },
  ];
}

function repair(b: Boot, { id, bug, off, on, select }: Repair, verwRuns: boolean): void {
  b.begin();
  if (!b.bug(bug)) return;
  // MMIO is selected again whatever it was, so that its VERW for guests alone goes where everyone's VERW runs.
  const wanted = id === 'mmio' || b.choice(id) === off;
  // Read again: what stands below rests on VERW running, or on its not running.
  b.has('CLEAR_CPU_BUF');
  if (!verwRuns) return b.choose(id, b.choice(id), `${id}/repair/verw-does-not-run`);
  if (!wanted) return;
  b.choose(id, on, `${id}/repair/verw-runs`);
  select(b);
}

function update(b: Boot, selectMds: Select): void {
  if (mitigationsOff(b)) return;
  const verwRuns = b.has('CLEAR_CPU_BUF');
  for (const one of repairs(selectMds)) repair(b, one, verwRuns);
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
