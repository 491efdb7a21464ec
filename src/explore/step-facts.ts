import { hex } from '../base/hex.ts';
import { cpuReport } from '../engine/report/eval-report.ts';
import { cpuWords } from '../views/page/headline.ts';
import { type Paragraph, span } from '../views/page/page.ts';
import { bootedOn } from './booted.ts';
import { findingsOf } from './findings.ts';
import type { State } from './state.ts';
import { findingText, refusedBy } from './words/findings.ts';

/** @returns what the timeline is about, in short facts: the machine, its microcode, the kernel, and what is otherwise than in mainline. */
export function headFacts(state: State): readonly [machine: string, microcode: string, ...others: string[]] | null {
  const first = bootedOn(state.session);
  const { prepared, choices } = state;
  if (first === null || prepared === null) return null;
  const machine = state.session?.steps[state.at]?.machine ?? first;
  const { silicon, revision } = first.threads[0]!;
  const now = machine.threads[0]!.revision;
  const offered = prepared.load?.blob.revision;
  const microcode = now === revision ? `${hex(now)}${offered === undefined ? '' : `, offered ${offered}`}` : `${hex(revision)} -> ${hex(now)}`;
  const others = [
    `kernel ${prepared.kernel.release}`,
    `policy ${choices.policy}${choices.patches === null ? '' : ` (patches ${choices.patches})`}`,
    ...(choices.inhibit ? [`inhibitors ${choices.strict ? 'strict' : 'on'}`] : []),
    ...(choices.force.length > 0 ? [`forced ${choices.force.join(',')}`] : []),
    ...(prepared.spec.cmdline === '' ? [] : [prepared.spec.cmdline]),
  ];
  return [cpuWords(cpuReport(first.kernel, silicon)), microcode, ...others];
}

/** What the step that is shown found out; a refusal says by whom, and what f does about it. */
export function findingParagraphs({ session, at }: State): Paragraph[] {
  const step = session?.steps[at];
  if (session === null || step === undefined) return [];
  const [first, ...others] = findingsOf(session, at);
  if (first === undefined) return [];
  const rest = others.map((finding): Paragraph => [span(findingText(finding))]);
  if (!step.refused) return [[span(findingText(first))], ...rest];
  const by = refusedBy(first.code);
  const help = by === 'an inhibitor' ? ' (f: force it by name)' : by === 'the kernel' ? ' (f: what lifts it)' : '';
  return [[span(`Refused by ${by}`, 'bad'), span(help, 'dim'), span(': ', 'bad'), span(findingText(first))], ...rest];
}
