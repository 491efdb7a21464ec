import type { DiffRows } from '../model/report.ts';
import { Causes } from './causes.ts';
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
  const compared = {
    ...three,
    running: new Causes(three.late.kernel.trace, tables, one, other),
    rebooted: new Causes(three.reboot.kernel.trace, tables, one, other),
  };
  return {
    silicon: siliconRows(three.before, three.late),
    features: featureRows(compared),
    bugs: bugRows(compared),
    vulnerabilities: asked.map((draft) => vulnerabilityRow(compared, draft)),
  };
}
