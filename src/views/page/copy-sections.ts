import type { DiffRows, SnapshotRow } from '../../engine/model/report.ts';
import { cureWords, notCuredWords } from '../words/cures.ts';
import { symptomWords, takenWords } from '../words/snapshots.ts';
import { wordOf } from '../words/word-of.ts';
import { differenceCell, namesOf, onlyMisses } from './differences.ts';
import { type Cell, cell, lines, type Section, section } from './page.ts';

/** A copy has several cures, each of which suffices. */
function cureCell(row: SnapshotRow): Cell {
  if (!row.stale) return [];
  return row.cures.length === 0 ? cell('nothing', 'bad') : cell(row.cures.map((cure) => wordOf(cureWords, cure)).join(' or '));
}

/** Who holds a copy that the load makes stale. */
export function snapshotSection(rows: DiffRows, all: boolean): Section | null {
  const shown = rows.snapshots.filter((row) => all || row.stale);
  const nameOf = namesOf(rows);
  const bare = onlyMisses(shown);
  return section(
    'snapshots',
    [
      { title: all ? 'SNAPSHOT' : 'STALE SNAPSHOT' },
      { title: 'TAKEN' },
      { title: bare ? 'MISSES' : 'DIFFERS' },
      { title: 'CURED BY' },
      { title: 'NOT BY', min: 20 },
      { title: 'SYMPTOM', min: 18 },
    ],
    shown.map((row) => [
      cell(row.holder, 'strong'),
      cell(wordOf(takenWords, row.takenAt)),
      differenceCell(row.differences, nameOf, all, bare),
      cureCell(row),
      lines(row.notCuredBy.map(({ cure, why }) => `${wordOf(cureWords, cure)}: ${wordOf(notCuredWords, why)}`)),
      cell(row.stale ? wordOf(symptomWords, row.symptom) : '', 'dim'),
    ]),
  );
}

/** What running guests were told; their cures are steps, one after the other. */
export function guestSection(rows: DiffRows, all: boolean): Section | null {
  const shown = rows.guests.filter((row) => all || row.stale);
  const nameOf = namesOf(rows);
  const bare = onlyMisses(shown);
  return section(
    'guests',
    [{ title: 'GUEST' }, { title: bare ? 'MISSES' : 'DIFFERS', min: 16 }, { title: 'CURED BY', min: 16 }],
    shown.map((row) => [
      cell(row.name, 'strong'),
      differenceCell(row.differences, nameOf, all, bare),
      cell(row.stale ? row.cures.map((cure) => wordOf(cureWords, cure)).join(', then ') : ''),
    ]),
  );
}
