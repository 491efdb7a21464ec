import { inhibitorOf } from '../engine/inhibitors/registry.ts';
import { loadReasonLift, loadReasonText } from '../views/words/load-reasons.ts';
import type { Menu, MenuItem, State } from './state.ts';
import { refusedBy } from './words/findings.ts';

function item(id: string, at: number, forcedAlready: boolean): MenuItem {
  const hint = forcedAlready ? 'forced now: let it hold again' : `${loadReasonText(id)}. Lifted by: ${loadReasonLift(id) ?? 'nothing'}`;
  return { key: `${at + 1}`, label: id, hint, does: { kind: 'force', id } };
}

/**
 * What can be forced at the step that is shown: the inhibitors of the policy that hold it, and those that are forced already.
 * @returns the menu, or a sentence where nothing can be forced
 */
export function forceMenu(state: State): Menu | string {
  const step = state.session?.steps[state.at];
  const held = step?.refused ? [...new Set(step.findings.map(({ code }) => code).filter((code) => inhibitorOf(code)?.overridable === true))] : [];
  const forced = state.choices.force.filter((id) => !held.includes(id));
  const items = [...held.map((id, at) => item(id, at, false)), ...forced.map((id, at) => item(id, held.length + at, true))];
  if (items.length > 0) return { kind: 'menu', title: 'FORCE BY NAME', items, at: 0 };
  if (step === undefined || !step.refused) return 'This step is not refused: there is nothing to force.';
  const [first, second] = step.findings;
  const by = refusedBy(first?.code ?? '');
  const lift = loadReasonLift((second ?? first)?.code ?? '');
  return `${by[0]?.toUpperCase()}${by.slice(1)} refuses this: no option of ours changes that.${lift === null ? '' : ` Lifted by: ${lift}.`}`;
}
