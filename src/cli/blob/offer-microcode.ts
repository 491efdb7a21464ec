import type { Problem, Result } from '../../base/problem.ts';
import type { Blob } from '../../data/contract/blob.ts';
import { firmwareFile } from '../../microcode/cpu-signature.ts';
import { type Description, describe } from '../../microcode/describe.ts';
import { loaderBytes } from '../../microcode/loader-bytes.ts';
import { fitsCpu, pickUpdate } from '../../microcode/pick-update.ts';
import { notForLateLoad, selectUpdate } from '../../microcode/select.ts';
import { planSteps } from '../../microcode/step-plan.ts';
import type { MicrocodeImage } from '../../microcode/summarize-file.ts';
import type { UpdateRecord } from '../../microcode/update-record.ts';
import { judgeFile } from '../../microcode/verdict.ts';
import { blobNotes } from '../../views/blob-notes.ts';
import { planText } from '../../views/blob-select.ts';
import type { BlobInput } from './blob-input.ts';
import type { LoaderQuestion } from './loader-question.ts';
import type { Offer } from './offer-blob.ts';
import type { MicrocodeInput } from './read-microcode.ts';

/** @returns the image for the CPU's vendor, else the only one there is. */
export function imageFor({ summary }: MicrocodeInput, vendor: MicrocodeImage['vendor']): MicrocodeImage | null {
  return summary.images.find((image) => image.vendor === vendor) ?? summary.images[0] ?? null;
}

/** @returns the update of an image that a question is about, see pickUpdate(). */
export function pickOf(image: MicrocodeImage, { cpu, options }: LoaderQuestion, target?: number): UpdateRecord | null {
  const chosen = image.vendor === cpu.vendor ? judgeFile(image, cpu, options).chosen : null;
  return pickUpdate(verdictUpdates(image), cpu, { ...options, chosen, ...(target === undefined ? {} : { target }) });
}

const verdictUpdates = ({ intel, amd }: MicrocodeImage): readonly UpdateRecord[] => (intel ?? amd)?.updates ?? [];

/** A descriptor of bytes that hold nothing for the CPU: no revision, no effects, and nothing to ask what would have followed. */
function undescribed(file: string, vendor: Blob['vendor'], state: 'present' | 'absent'): Blob {
  return { schema: 'cpueval/blob/1', id: file, title: file, vendor, file: { state }, effects: [] };
}

function formNotes({ file, summary }: MicrocodeInput, image: MicrocodeImage, { cpu }: LoaderQuestion): string[] {
  if (image.member !== null) return [blobNotes.earlyImage(file, image.member)];
  if (summary.format === 'dat') return [blobNotes.textForm(file)];
  if (notForLateLoad([{ file, summary }]).size > 0) return [blobNotes.earlyName(file, firmwareFile(cpu.vendor, cpu.signature))];
  return [];
}

function updateNotes(file: string, image: MicrocodeImage, update: UpdateRecord, question: LoaderQuestion): string[] {
  const fitting = verdictUpdates(image).filter((each) => fitsCpu(each, question.cpu, question.options));
  if (!fitting.includes(update)) return [blobNotes.otherPlatform(file, update.revision)];
  return fitting.length > 1 ? [blobNotes.picked(file, update.revision, fitting.length)] : [];
}

/** @returns the sentences about what nobody has published of an update. */
export function gapNotes({ gaps }: Description): string[] {
  return gaps.map(({ text }) => blobNotes.gap(text));
}

/**
 * Offers one file to a CPU, whatever it is called: the bytes decide whether the kernel takes it, what is known of the revision what it does.
 * @param target a revision to describe in place of the one that the kernel picks
 */
export function offerMicrocode(input: MicrocodeInput, question: LoaderQuestion, target?: number): Offer {
  const { file, summary } = input;
  const { cpu, options, profile, tables } = question;
  const problems: readonly Problem[] = summary.problems.filter(({ code }) => code !== 'bad-date').map((problem) => ({ ...problem, file }));
  const image = imageFor(input, cpu.vendor);
  if (image === null) return { blob: undescribed(file, cpu.vendor, 'present'), notes: [], problems };
  const notes = formNotes(input, image, question);
  const bytes = loaderBytes(image, cpu, options);
  const update = pickOf(image, question, target);
  if (update === null) {
    const none = blobNotes.noneFits(file, verdictUpdates(image).length, cpu.signature);
    return { blob: undescribed(file, image.vendor, 'present'), bytes, notes: [...notes, none], problems };
  }
  const description = describe(profile, update, tables);
  const late = update.revision > cpu.revision ? [] : [blobNotes.notNewer(update.revision, cpu.revision)];
  const all = [...notes, ...updateNotes(file, image, update, question), ...late, ...gapNotes(description)];
  return { blob: description.blob, bytes, notes: all, problems, description };
}

type Folder = Extract<BlobInput, { kind: 'folder' }>;

/** The file the kernel would open is there, but we cannot read it: then nobody here knows what it would do. */
function unreadable({ problems }: Folder, opens: string): Problem[] {
  return problems.filter(({ file = '' }) => file.replace(/\.(?:zst|xz)$/, '').endsWith(`/${opens.slice(opens.indexOf('/') + 1)}`));
}

function wayOf({ files }: Folder, { cpu, options }: LoaderQuestion): { way?: string } {
  const updates = files.flatMap(({ summary }) => summary.updates);
  const plan = planSteps(updates, cpu, { ...options, notLate: notForLateLoad(files) });
  return plan.outcome === 'direct' || plan.outcome === 'nothing-newer' ? {} : { way: planText(plan) };
}

/** The kernel finds no file; what it would bring is told all the same where an update for the CPU lies elsewhere in the folder. */
function offerAbsent(input: Folder, opens: string, question: LoaderQuestion): Offer {
  const { cpu, options, profile, tables } = question;
  const notes = [blobNotes.notInFolder(input.folder, opens)];
  const update = pickUpdate(
    input.files.flatMap(({ summary }) => summary.updates),
    cpu,
    options,
  );
  const holder = input.files.find(({ summary }) => update !== null && summary.updates.includes(update));
  if (update === null || holder === undefined) {
    return { blob: undescribed(opens, cpu.vendor, 'absent'), notes, problems: [] };
  }
  const description = describe(profile, update, tables);
  const blob: Blob = { ...description.blob, file: { ...description.blob.file, state: 'absent' } };
  notes.push(blobNotes.atHandElsewhere(holder.file, update.revision));
  if (!fitsCpu(update, cpu, options)) notes.push(blobNotes.otherPlatform(holder.file, update.revision));
  return { blob, notes: [...notes, ...gapNotes(description)], problems: [], description };
}

/**
 * Offers a firmware folder to a CPU: the kernel opens the one file that is named after the CPU.
 * @param target a revision to describe in place of the one that the kernel picks
 */
export function offerFolder(input: Folder, question: LoaderQuestion, target?: number): Result<Offer> {
  const { files } = input;
  const selection = selectUpdate(files, question.cpu, question.options);
  const opened = files.find(({ file }) => file === selection.file);
  const way = wayOf(input, question);
  if (opened !== undefined) return { value: { ...offerMicrocode(opened, question, target), ...way }, problems: [] };
  const problems = unreadable(input, selection.opens);
  if (problems.length > 0) return { value: null, problems };
  return { value: { ...offerAbsent(input, selection.opens, question), ...way }, problems: [] };
}
