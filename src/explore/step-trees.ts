import { span } from '../views/page/page.ts';
import { answer, node, type TreeNode } from '../views/page/tree.ts';
import { assumptionWords } from '../views/words/assumptions.ts';
import { wordOf } from '../views/words/word-of.ts';
import type { State } from './state.ts';
import { findingParagraphs, headFacts } from './step-facts.ts';
import { stepLabel } from './words/steps.ts';

/** @returns all that the step that is shown found out, and all that the timeline stands on: what other screens cut. */
export function stepTrees(state: State): readonly TreeNode[] {
  const step = state.steps[state.at];
  const facts = headFacts(state);
  if (step === undefined || facts === null) return [];
  const [machine, microcode, ...others] = facts;
  const { assumptions = [], doubts = [] } = state.prepared ?? {};
  const found = findingParagraphs(state).map((paragraph) => node(paragraph));
  const stands = [
    answer('machine', [span(machine)]),
    answer('microcode', [span(microcode)]),
    ...others.map((text) => answer('', [span(text)])),
    ...[...assumptions, ...doubts].map((code) => answer('assumed', [span(wordOf(assumptionWords, code))])),
  ];
  return [node([span(`${state.at + 1} ${stepLabel(step)}`, 'strong')], found), node([span('on', 'dim')], stands)];
}
