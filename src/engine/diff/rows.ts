import type { DiffRows } from '../model/report.ts';
import { Causes, memoryCauses } from './causes.ts';
import { bugRows, featureRows, type ThreeMachines } from './feature-rows.ts';
import { siliconRows } from './silicon-rows.ts';
import { drafts, vulnerabilityRow } from './vulnerability-rows.ts';

/**
 * Compares three states of one machine, row by row.
 * @param three all with the same modules loaded
 */
export function diffRows(three: ThreeMachines): Omit<DiffRows, 'snapshots' | 'guests'> {
  const asked = drafts(three);
  const [one, other] = [three.before.threads[0]!.silicon, three.late.threads[0]!.silicon];
  const { tables } = three.late.kernel;
  const [ran, boots] = [three.late.kernel, three.reboot.kernel];
  // Each kernel explains what the other never wrote, so the running one is walked twice: first alone.
  const alone = new Causes(ran.trace, tables, one, other);
  const rebooted = new Causes(boots.trace, tables, one, other, memoryCauses(ran, alone));
  const running = new Causes(ran.trace, tables, one, other, memoryCauses(boots, rebooted));
  const compared = { ...three, running, rebooted };
  return {
    silicon: siliconRows(three.before, three.late),
    features: featureRows(compared),
    bugs: bugRows(compared),
    vulnerabilities: asked.map((draft) => vulnerabilityRow(compared, draft)),
  };
}
