import type { BugRow, DiffRows, FeatureRow, SiliconRow } from '../../engine/model/report.ts';
import { blindSpotWords } from '../words/snapshots.ts';
import { wordOf } from '../words/word-of.ts';
import { causeCell, valueWords } from './differences.ts';
import { type Cell, type Column, cell, type Section, section } from './page.ts';
import { verdictCell } from './verdict-tone.ts';

function yesNo(before: boolean, after: boolean): Cell {
  const word = (value: boolean): string => (value ? 'yes' : 'no');
  return before === after ? cell(word(after)) : cell(`${word(before)} -> ${word(after)}`, 'strong');
}

function siliconWords(silicon: FeatureRow['silicon']): Cell {
  if (silicon === null) return cell('software', 'dim');
  if (silicon.before === silicon.after) return silicon.after === null ? cell('not known', 'warn') : cell(silicon.after ? 'yes' : 'no');
  if (silicon.before === null) return cell(`not known -> ${silicon.after ? 'yes' : 'no'}`, 'warn');
  return silicon.after ? cell('gained', 'good') : cell('lost', 'bad');
}

/** Only a change can be noticed. */
function noticed({ silicon, noticedByKernel }: FeatureRow): Cell {
  return silicon === null || silicon.before === silicon.after ? [] : cell(noticedByKernel ? 'yes' : 'no');
}

function featureChanged(row: FeatureRow): boolean {
  const silicon = row.silicon !== null && row.silicon.before !== row.silicon.after;
  return silicon || row.before !== row.reported || row.reported !== row.afterReboot;
}

/** The bit of the silicon that a feature is, as far as the report tells; features made by software are none. */
function ownRef(rows: DiffRows, { name, silicon, causes }: FeatureRow): string | undefined {
  if (silicon === null) return undefined;
  const named = causes.find(({ ref }) => rows.silicon.some((row) => row.ref === ref && row.name?.toLowerCase() === name));
  return named?.ref ?? (causes.length === 1 ? causes[0]!.ref : undefined);
}

/** What KVM gives guests of a feature: only the copy of kvm_cpu_caps knows, and only for the bits in which it is stale. */
function guestsSee(rows: DiffRows): (row: FeatureRow) => Cell {
  const held = new Map<string, boolean | string | null>();
  for (const snapshot of rows.snapshots) if (snapshot.holder === 'kvm_cpu_caps') for (const one of snapshot.differences) held.set(one.ref, one.held);
  return (row) => {
    const known = [row.name, ownRef(rows, row)].find((ref) => ref !== undefined && held.has(ref));
    return known === undefined ? [] : cell(held.get(known) === true ? 'yes' : 'no');
  };
}

/** Columns by title; the rows of features and bugs have these in common. */
function columnsOf(titles: readonly string[]): Column[] {
  const kinds: Readonly<Record<string, Partial<Column>>> = { VERDICT: { badge: true }, CAUSE: { spare: 1 }, NOTICED: { spare: 2 } };
  return titles.map((title) => ({ title, ...kinds[title] }));
}

/** The features of the CPU. */
export function featureSection(rows: DiffRows, all: boolean): Section | null {
  const shown = rows.features.filter((row) => all || featureChanged(row));
  const guests = guestsSee(rows);
  const withGuests = shown.some((row) => guests(row).length > 0);
  const columns = ['FEATURE', 'SILICON', 'KERNEL', ...(withGuests ? ['GUESTS'] : []), 'AFTER A REBOOT', 'NOTICED', 'VERDICT', 'CAUSE'];
  return section(
    'features',
    columnsOf(columns),
    shown.map((row) => [
      cell(row.name, 'strong'),
      siliconWords(row.silicon),
      yesNo(row.before, row.reported),
      ...(withGuests ? [guests(row)] : []),
      yesNo(row.afterReboot, row.afterReboot),
      noticed(row),
      verdictCell(row.verdict),
      causeCell(row.causes, all),
    ]),
  );
}

function bugChanged(row: BugRow): boolean {
  return row.before !== row.reported || row.reported !== row.afterReboot;
}

/** The bug bits of the kernel. */
export function bugSection(rows: DiffRows, all: boolean): Section | null {
  const shown = rows.bugs.filter((row) => all || bugChanged(row));
  const titles = ['BUG', 'KERNEL', 'AFTER A REBOOT', 'VERDICT', 'CAUSE'];
  return section(
    'bugs',
    columnsOf(titles),
    shown.map((row) => [
      cell(row.name, 'strong'),
      yesNo(row.before, row.reported),
      yesNo(row.afterReboot, row.afterReboot),
      verdictCell(row.verdict),
      causeCell(row.causes, all),
    ]),
  );
}

/** The bits of the silicon that change and that the kernel's comparison does not see; with `all` the others too. */
export function siliconSection(rows: DiffRows, all: boolean): Section | null {
  const shown = rows.silicon.filter((row: SiliconRow) => all || !row.noticedByKernel);
  return section(
    'silicon',
    [
      { title: all ? 'SILICON' : 'SILICON, UNNOTICED' },
      { title: 'NAME' },
      { title: 'CHANGE' },
      { title: 'WHY THE KERNEL DOES NOT NOTICE', label: 'not noticed', min: 20 },
    ],
    shown.map((row) => [
      cell(row.ref, 'strong'),
      cell(row.name ?? ''),
      cell(`${valueWords(row.before)} -> ${valueWords(row.after)}`),
      row.noticedByKernel ? cell('it does', 'dim') : cell(row.blindSpot === null ? '' : wordOf(blindSpotWords, row.blindSpot)),
    ]),
  );
}
