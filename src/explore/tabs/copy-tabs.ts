import { hex } from '../../base/hex.ts';
import type { Guest } from '../../engine/model/machine.ts';
import { guestSection, snapshotSection } from '../../views/page/copy-sections.ts';
import { guestTree, snapshotTree } from '../../views/page/copy-trees.ts';
import { type Cell, cell, type Section } from '../../views/page/page.ts';
import type { Comparison } from '../compare.ts';
import type { Tab, TabColumn, TabRow } from './tab.ts';

const SNAPSHOT_COLUMNS = [
  { title: 'COPY', min: 30, wish: 32 },
  { title: 'TAKEN', min: 11 },
  { title: 'DIFFERS', min: 16 },
  { title: 'CURED BY', min: 14 },
  { title: 'NOT BY', min: 16, spare: 1 },
  { title: 'SYMPTOM', min: 16, spare: 2 },
];

/** The column of a fresh copy does not stay empty: that nothing differs is an answer too. */
function fresh(cells: readonly Cell[], stale: boolean, at: number): Cell[] {
  return cells.map((one, index) => (index === at && !stale ? cell('no', 'dim') : one));
}

/** Who holds a copy of CPU state. */
export function snapshotTab(comparison: Comparison): Tab {
  const section = snapshotSection({ ...comparison, snapshots: comparison.snapshots }, true);
  const rows = comparison.snapshots.map(
    (row, at): TabRow => ({
      key: row.holder,
      cells: fresh(section?.rows[at] ?? [], row.stale, 2),
      news: row.stale,
      trees: () => [snapshotTree(comparison, row)],
    }),
  );
  return { columns: titled(SNAPSHOT_COLUMNS, section), rows, empty: 'Nobody holds a copy.' };
}

/** What is said of differences depends on all of them: where nothing but what is missing differs, the title says so. */
function titled(columns: readonly TabColumn[], section: Section | null): readonly TabColumn[] {
  const title = section?.columns.find((column) => column.title === 'MISSES')?.title;
  return title === undefined ? columns : columns.map((column) => (column.title === 'DIFFERS' ? { ...column, title } : column));
}

const GUEST_COLUMNS = [
  { title: 'GUEST', min: 10 },
  { title: 'MODEL', min: 16 },
  { title: 'SEES MICROCODE', min: 14 },
  { title: 'VCPUS', min: 5, spare: 1 },
  { title: 'DIFFERS', min: 16 },
  { title: 'CURED BY', min: 16 },
];

function guestCells(guest: Guest, differs: Cell, cures: Cell): Cell[] {
  return [
    cell(guest.name, 'strong'),
    cell(guest.away ? `${guest.model}, on another host` : guest.model),
    cell(guest.revision === null ? "the VMM's" : hex(guest.revision)),
    cell(`${guest.vcpus.length}`),
    differs,
    cures,
  ];
}

/** What running guests were told. */
export function guestTab(comparison: Comparison): Tab {
  const section = guestSection(comparison, true);
  const rows = comparison.machine.guests.map((guest): TabRow => {
    const at = comparison.guests.findIndex((row) => row.name === guest.name);
    const row = comparison.guests[at];
    const cells = section?.rows[at] ?? [];
    return {
      key: guest.name,
      cells: fresh(guestCells(guest, cells[1] ?? [], cells[2] ?? []), row?.stale ?? false, 4),
      news: row?.stale ?? false,
      trees: () => (row === undefined ? [] : [guestTree(comparison, row)]),
    };
  });
  return { columns: titled(GUEST_COLUMNS, section), rows, empty: 'No guest runs. Press a, then g to start one.' };
}
