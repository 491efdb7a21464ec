import type { PlanReport, PlanResidual, PlanStep } from '../../engine/model/report.ts';
import { type Cell, cell, span } from '../../views/page/page.ts';
import { answer, node, type TreeNode } from '../../views/page/tree.ts';
import { cureWords } from '../../views/words/cures.ts';
import { disruptionWords, stepWords } from '../../views/words/plan.ts';
import { listed, wordOf } from '../../views/words/word-of.ts';
import type { Tab, TabRow } from './tab.ts';

const COLUMNS = [
  { title: 'STEP', min: 7 },
  { title: 'DO', min: 24 },
  { title: 'CURES', min: 14 },
  { title: 'LEAVES', min: 10 },
  { title: 'DISTURBS', min: 9 },
  { title: 'COMMAND', min: 14, spare: 1 },
];

/** The cures of what is left, each with what it is for: a reader does one thing for many. */
function byCure(residual: readonly PlanResidual[]): [cure: string, ids: string[]][] {
  const groups = new Map<string, string[]>();
  for (const { id, cures } of residual) {
    // A guest's cures are steps, one after the other; of a copy's cures each suffices.
    const words = cures.map((one) => wordOf(cureWords, one));
    const cure = words.length === 0 ? 'nothing that is known here' : words.join(id.startsWith('guest ') ? ', then ' : ' or ');
    groups.set(cure, [...(groups.get(cure) ?? []), id]);
  }
  return [...groups];
}

function list(key: string, ids: readonly string[]): TreeNode[] {
  return ids.length === 0 ? [] : [answer(key, [span(ids.join(', '))])];
}

function stepRow(step: PlanStep): TabRow {
  const what = stepWords(step.action, step.target);
  const hint = step.hint ?? '';
  return {
    key: step.id,
    cells: [
      cell(`${step.order}`, 'strong'),
      cell(what),
      cell(step.cures.join(', ')),
      cell(step.leaves.length === 0 ? 'nothing' : step.leaves.join(', '), step.leaves.length === 0 ? 'good' : 'plain'),
      cell(wordOf(disruptionWords, step.disruption), step.disruption === 'none' ? 'dim' : 'plain'),
      cell(hint, 'dim'),
    ],
    news: true,
    trees: () => [
      node(
        [span(`step ${step.order}`, 'strong'), span(`  ${what}`)],
        [
          ...(hint === '' ? [] : [answer('command', [span(hint)])]),
          ...list('after', step.requires),
          ...list('releases', step.releases),
          ...list('cures', step.cures),
          ...list('leaves', step.leaves),
          answer('disturbs', [span(wordOf(disruptionWords, step.disruption))]),
        ],
      ),
    ],
  };
}

function restRow([cure, ids]: [string, string[]], at: number, steps: number): TabRow {
  const what = `${steps === 0 ? 'now' : 'then'}: ${cure}`;
  return {
    key: `rest ${at}`,
    cells: [cell('left', 'warn'), cell(what), cell(ids.join(', ')), [], [], []],
    news: true,
    trees: () => [
      node(
        [span('left', 'warn'), span(` ${steps === 0 ? 'now' : 'after all steps'}, cured by ${cure}`)],
        ids.map((id) => node([span(id)])),
      ),
    ],
  };
}

function rebootRow({ reboot }: PlanReport): TabRow {
  const leaves: Cell = cell(reboot.leaves.length === 0 ? 'nothing' : listed(reboot.leaves), reboot.leaves.length === 0 ? 'good' : 'warn');
  const what = reboot.goesBack ? `one reboot, which goes back to ${reboot.revision}` : `one reboot, to ${reboot.revision}`;
  return {
    key: 'reboot',
    cells: [cell('instead', 'dim'), cell(what), [], leaves, cell(disruptionWords.host), []],
    news: true,
    trees: () => [node([span('instead', 'dim'), span(` ${what}`)], [answer('leaves', leaves[0] ?? []), answer('disturbs', [span(disruptionWords.host)])])],
  };
}

/** The ordered plan from where the timeline stands, what it leaves, and what one reboot would do instead. */
export function planTab(plan: PlanReport | null): Tab {
  if (plan === null) return { columns: COLUMNS, rows: [], empty: 'Choose an update to get a plan: press c.' };
  const { steps, residual } = plan;
  if (steps.length === 0 && residual.length === 0)
    return { columns: COLUMNS, rows: [], empty: 'The update is in force and nothing is stale: there is nothing to do.' };
  const rest = byCure(residual).map((group, at) => restRow(group, at, steps.length));
  return { columns: COLUMNS, rows: [...steps.map(stepRow), ...rest, rebootRow(plan)], inTime: true, empty: '' };
}
