import type { ListEntry } from '../microcode/to-list-entries.ts';
import { blobColumns, type Column, type Style } from './blob-columns.ts';

/** What `blob list` counts. */
export interface ListSummary {
  readonly files: number;
  readonly updates: number;
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

function columns(style: Style): readonly Column<ListEntry>[] {
  const minimum = (entry: ListEntry, kind: string): string => (entry.minRevisionKind === kind ? entry.minRevision : '');
  return [
    { title: 'FILE', text: ({ file, member }) => (member === undefined ? file : `${file}:${member}`) },
    { title: 'SIGNATURE', text: ({ applies }) => `${applies[0]?.signature ?? '?'}${applies.length > 1 ? ` +${applies.length - 1}` : ''}` },
    { title: 'PLATFORM', text: platformText },
    { title: 'REVISION', text: ({ revision }) => revision, right: true },
    { title: 'DATE', text: ({ date }) => date ?? 'no date' },
    { title: 'SIZE', text: ({ size }) => `${size}`, right: true },
    { title: 'MIN (LINUX)', text: (entry) => minimum(entry, 'intel-header'), right: true },
    { title: 'MIN (XEN)', text: (entry) => minimum(entry, 'amd-patch'), right: true },
    { title: 'STATE', text: stateOf, paint: (entry) => (entry.flaws.length > 0 ? style.bad : String) },
    { title: 'CPU', text: ({ codename }) => codename ?? '' },
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
  const table = entries.length === 0 ? '' : `${blobColumns(entries, columns(style), width, style)}\n`;
  const { updates, files, distinct, minRevision, minRevisionDistinct, amdMinRevision, passedOver } = summary;
  const lines = [`${count(updates, 'update')} in ${count(files, 'file')}, ${distinct} distinct.`];
  if (minRevision > 0) lines.push(`${minRevision} with a minimum revision that Linux reads, ${minRevisionDistinct} of them distinct.`);
  if (amdMinRevision > 0) lines.push(`${amdMinRevision} with one that Xen reads and Linux does not.`);
  if (passedOver > 0) lines.push(`${count(passedOver, 'other file')} passed over.`);
  return `${table}${lines.join(' ')}\n`;
}

/** @returns `1 update`, `2 updates`. */
export function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`;
}
