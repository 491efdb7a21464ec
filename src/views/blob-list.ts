import type { ListEntry } from '../microcode/to-list-entries.ts';
import { blobTable, type Column, type Style, wrapSentence } from './blob-columns.ts';

/** What `blob list` counts. */
export interface ListSummary {
  readonly files: number;
  readonly updates: number;
  /** How many of them are Intel's; the others are AMD's. */
  readonly intel: number;
  readonly distinct: number;
  /** Intel updates with a minimum revision in their header, and how many of those are distinct. */
  readonly minRevision: number;
  readonly minRevisionDistinct: number;
  /** AMD patches with a minimum revision, which Xen reads and Linux does not. */
  readonly amdMinRevision: number;
  /** Files of walked folders that are no microcode. */
  readonly passedOver: number;
}

/**
 * Counts entries.
 * @param entries of `toListEntries`
 * @param files how many files hold them
 * @param passedOver files that are no microcode
 */
export function listSummary(entries: readonly ListEntry[], files: number, passedOver: number): ListSummary {
  const declared = entries.filter(({ minRevisionKind }) => minRevisionKind === 'intel-header');
  const distinct = (list: readonly ListEntry[]): number => list.filter(({ duplicateOf }) => duplicateOf === null).length;
  return {
    files,
    updates: entries.length,
    intel: entries.filter(({ vendor }) => vendor === 'GenuineIntel').length,
    distinct: distinct(entries),
    minRevision: declared.length,
    minRevisionDistinct: distinct(declared),
    amdMinRevision: entries.filter(({ minRevisionKind }) => minRevisionKind === 'amd-patch').length,
    passedOver,
  };
}

/** @returns ids as people write ranges: `0-2,7`. */
export function rangesOf(ids: readonly number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < ids.length; ) {
    let end = i;
    while (ids[end + 1] === (ids[end] ?? 0) + 1) end++;
    parts.push(end === i ? `${ids[i]}` : `${ids[i]}-${ids[end]}`);
    i = end + 1;
  }
  return parts.join(',');
}

/** @returns the platform ids or the equivalence id of an entry's main CPU. */
export function platformText(entry: ListEntry): string {
  const main = entry.applies[0];
  if (main === undefined) return '';
  if ('equivalenceId' in main) return `id ${main.equivalenceId}`;
  return main.platformIds.length === 0 ? 'any' : rangesOf(main.platformIds);
}

function columns(style: Style, sound: boolean): readonly Column<ListEntry>[] {
  const minimum = (entry: ListEntry, kind: string): string => (entry.minRevisionKind === kind ? entry.minRevision : '');
  return [
    { title: 'FILE', text: ({ file, member }) => (member === undefined ? file : `${file}:${member}`) },
    { title: 'SIGNATURE', text: ({ applies }) => `${applies[0]?.signature ?? '?'}${applies.length > 1 ? ` +${applies.length - 1}` : ''}` },
    { title: 'PLATFORM', text: platformText },
    { title: 'REVISION', text: ({ revision }) => revision, right: true },
    { title: 'DATE', text: ({ date }) => date ?? 'no date' },
    { title: 'SIZE', text: ({ size }) => `${size}`, right: true, spare: 4 },
    { title: 'LINUX MIN', text: (entry) => minimum(entry, 'intel-header'), right: true },
    { title: 'XEN MIN', text: (entry) => minimum(entry, 'amd-patch'), right: true, spare: 1 },
    { title: 'STATE', text: stateOf, paint: (entry) => (entry.flaws.length > 0 ? style.bad : String), spare: sound ? 3 : 0 },
    { title: 'CPU', text: ({ codename }) => codename ?? '', spare: 2 },
  ];
}

function stateOf({ flaws, duplicateOf }: ListEntry): string {
  if (flaws[0] !== undefined) return flaws[0];
  return duplicateOf === null ? 'ok' : 'same again';
}

/**
 * The table of `blob list`: a line for each update, and a count below.
 * @param entries of `toListEntries`
 * @param summary of `listSummary`
 * @param width columns of the terminal, or null
 * @param style colours
 */
export function blobListTable(entries: readonly ListEntry[], summary: ListSummary, width: number | null, style: Style): string {
  const sound = entries.every(({ flaws }) => flaws.length === 0);
  const { text, leftOut } = entries.length === 0 ? { text: '', leftOut: [] } : blobTable(entries, columns(style, sound), width, style);
  const table = text === '' ? '' : `${text}\n`;
  return `${table}${wrapSentence([...summaryLines(summary), ...leftOutLine(leftOut)].join(' '), width)}\n`;
}

function summaryLines(summary: ListSummary): string[] {
  const { updates, intel, files, distinct, minRevision, minRevisionDistinct, amdMinRevision, passedOver } = summary;
  const vendors = intel === 0 || intel === updates ? '' : ` (${intel} Intel, ${updates - intel} AMD)`;
  const lines = [`${count(updates, 'update')}${vendors} in ${count(files, 'file')}, ${distinct} distinct.`];
  if (minRevision > 0) lines.push(`${minRevision} with a minimum revision that Linux reads, ${minRevisionDistinct} of them distinct.`);
  if (amdMinRevision > 0) lines.push(`${amdMinRevision} with ${minRevision > 0 ? 'one' : 'a minimum revision'} that Xen reads and Linux does not.`);
  if (passedOver > 0) lines.push(`${count(passedOver, 'other file')} passed over.`);
  return lines;
}

/** @returns a sentence about columns that had no room, or nothing. */
export function leftOutLine(titles: readonly string[]): string[] {
  return titles.length === 0 ? [] : [`No room for ${titles.join(', ')}: a wider terminal or --json shows ${titles.length === 1 ? 'it' : 'them'}.`];
}

/** @returns `1 update`, `2 updates`. */
export function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
