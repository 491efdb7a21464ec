import { escapeControl } from '../base/escape.ts';
import { hex } from '../base/hex.ts';
import type { Candidate, Selection } from '../microcode/select.ts';
import type { StepPlan } from '../microcode/step-plan.ts';
import type { LoaderCpu } from '../microcode/verdict.ts';
import { blobTable, type Style, wrapSentence } from './blob-columns.ts';
import { count, leftOutLine } from './blob-list.ts';
import { reasonText } from './blob-reasons.ts';

export interface ShownSelection {
  readonly line: string;
  readonly cpu: LoaderCpu & { readonly codename: string | null };
  readonly selection: Selection;
  readonly plan: StepPlan;
}

/** Reasons that say no more than that an update is for some other CPU: a folder is full of them. */
const ELSEWHERE: ReadonlySet<string> = new Set(['other-vendor', 'other-signature', 'other-family']);

const isElsewhere = ({ chosen, reasons }: Candidate): boolean => !chosen && reasons.some(({ code }) => ELSEWHERE.has(code));

/** What makes the loader refuse a file whole: its reader knows one AMD container, whatever stands behind it. */
function refusal({ flaw, candidates, file }: Selection): string {
  const several = candidates.some((each) => each.file === file && each.reasons.some(({ code }) => code === 'later-container'));
  return several && flaw?.flaw === 'bad-section-type' ? 'a second container stands in it, and a late load reads one' : 'it is damaged';
}

/** A CPU knows one signature; a kernel without the list of cut-offs offers it a patch that was signed in the other way. */
function offeredInVain({ selection: { chosen }, plan }: ShownSelection): boolean {
  return chosen !== null && plan.target === chosen && plan.barriers.some(({ code }) => code === 'signing-cut-off');
}

function answer(shown: ShownSelection): string {
  const { selection, line } = shown;
  const { chosen, file, opens, errno, result } = selection;
  const named = escapeControl(file ?? opens);
  if (file === null)
    return `There is no ${opens} here, the only file this CPU's late loader opens: ${errno === null ? 'nothing happens' : `the load fails with ${errno}`}.`;
  if (chosen !== null && errno !== null) return `The kernel picks ${hex(chosen.revision)} out of ${named} and then refuses to write it to the CPU (${errno}).`;
  if (chosen !== null && offeredInVain(shown))
    return `The kernel offers ${hex(chosen.revision)} out of ${named} to the CPU, which is expected to refuse it: it is signed in another way, and ${line} does not know.`;
  if (chosen !== null)
    return `The kernel takes ${hex(chosen.revision)}${chosen.date === null ? '' : ` of ${chosen.date}`} out of ${named}${safety(result, line)}.`;
  if (result === 'bad-file') return `The kernel refuses ${named} as a whole: ${refusal(selection)}${errno === null ? '' : ` (${errno})`}.`;
  return `The kernel takes nothing out of ${named}: ${errno === null ? 'it reports success and changes nothing' : `the load fails with ${errno}`}.`;
}

function safety(result: string, line: string): string {
  if (result === 'new-safe') return ': the minimum revision it declares is met, so the kernel is not tainted';
  return line === '6.1' ? ' and taints itself, as this line does with every late load' : ' and taints itself: no minimum revision is declared and met';
}

/** @returns the late loads that lead to the newest update at hand, or why none does, as a sentence. */
export function planText(plan: StepPlan): string {
  const { outcome, target, steps, barriers } = plan;
  if (target === null || outcome === 'nothing-newer') return 'No newer update for this CPU is at hand.';
  const way = steps.map(({ to }) => hex(to)).join(', then ');
  const why = barriers.map(reasonText).join('; ');
  if (outcome === 'direct') return `One late load leads to the newest update at hand, ${hex(target.revision)}.`;
  if (outcome === 'chain') return `Not straight to ${hex(target.revision)} (${why}), but in ${count(steps.length, 'late load')}: ${way}.`;
  const partly = steps.length === 0 ? '' : ` Late loads lead as far as ${way}.`;
  if (outcome === 'early-only') return `No late load within the rules leads to ${hex(target.revision)} (${why}): only an early load at boot does.${partly}`;
  return `Neither a late nor an early load leads to ${hex(target.revision)} (${why}): only a firmware update does.${partly}`;
}

/**
 * `blob select` for people: what the kernel picks, why nothing else, and the way to the newest update.
 * @param shown CPU, selection and step plan
 * @param all every candidate, those for other CPUs too
 * @param width columns of the terminal, or null
 * @param style colours
 */
export function blobSelectText(shown: ShownSelection, all: boolean, width: number | null, style: Style): string {
  const { cpu, selection, plan, line } = shown;
  const rows = all ? selection.candidates : selection.candidates.filter((candidate) => !isElsewhere(candidate));
  const hidden = selection.candidates.length - rows.length;
  const platform = cpu.platformId === null ? '' : `   platform ${cpu.platformId}`;
  const head = `${style.heading(cpu.codename ?? cpu.vendor)} (${hex(cpu.signature)})${platform}   revision ${hex(cpu.revision)}   kernel ${line}`;
  const { text: table, leftOut } = blobTable(
    rows,
    [
      { title: 'FILE', text: ({ file }) => file },
      { title: 'REVISION', text: ({ update }) => hex(update.revision), right: true },
      { title: 'DATE', text: ({ update }) => update.date ?? 'no date', spare: 1 },
      { title: 'MIN. REVISION', text: ({ update }) => (update.minRevision === 0 ? '' : hex(update.minRevision)), right: true },
      { title: 'PICKED', text: ({ chosen }) => (chosen ? 'yes' : 'no'), paint: ({ chosen }) => (chosen ? style.good : String) },
      { title: 'WHY NOT', least: 24, text: ({ reasons }) => reasons.map(reasonText).join('; ') },
    ],
    width,
    style,
  );
  const below = [...(hidden === 0 ? [] : [`${count(hidden, 'update')} for other CPUs; --all lists them.`]), ...leftOutLine(rows.length === 0 ? [] : leftOut)];
  const others = below.length === 0 ? '' : style.dim(`${wrapSentence(below.join(' '), width)}\n`);
  const sentences = [answer(shown), planText(plan)].map((sentence) => `${wrapSentence(sentence, width)}\n`).join('');
  return `${head}\n\n${sentences}\n${rows.length === 0 ? '' : table}${others}`;
}
