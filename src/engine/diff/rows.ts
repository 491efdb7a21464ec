import type { Blob } from '../../data/contract/blob.ts';
import type { DiffRows } from '../model/report.ts';
import { Causes, memoryCauses } from './causes.ts';
import { doubtsOf } from './confidence.ts';
import { drafts } from './drafts.ts';
import { bugRows, featureRows, type ThreeMachines } from './feature-rows.ts';
import { siliconRows } from './silicon-rows.ts';
import { vulnerabilityRow } from './vulnerability-rows.ts';

/**
 * Compares three states of one machine, row by row.
 * @param three all with the same modules loaded
 * @param blob the update, for how sure its effects are; null where all is taken for sure
 */
export function diffRows(three: ThreeMachines, blob: Blob | null = null): Omit<DiffRows, 'snapshots' | 'guests'> {
  const asked = drafts(three);
  const [one, other] = [three.before.threads[0]!.silicon, three.late.threads[0]!.silicon];
  // A reset may latch more than the load; one that lost the update explains nothing.
  const booted = three.reboot.threads[0]!.silicon;
  const latched = booted.revision === other.revision ? booted : other;
  const { tables } = three.late.kernel;
  const [ran, boots] = [three.late.kernel, three.reboot.kernel];
  // Each kernel explains what the other never wrote, so the running one is walked twice: first alone.
  const alone = new Causes(ran.trace, tables, one, other);
  const rebooted = new Causes(boots.trace, tables, one, latched, memoryCauses(ran, alone));
  const running = new Causes(ran.trace, tables, one, other, memoryCauses(boots, rebooted));
  const compared = { ...three, running, rebooted };
  const doubts = blob === null ? null : doubtsOf(blob);
  return {
    silicon: siliconRows(three.before, three.late),
    features: featureRows(compared, doubts),
    bugs: bugRows(compared, doubts),
    vulnerabilities: asked.map((draft) => vulnerabilityRow(compared, draft, doubts)),
  };
}
