import type { BugRow, FeatureRow } from '../../engine/model/report.ts';
import { type Cell, cell, type Section, span } from '../../views/page/page.ts';
import { bugSection, featureSection } from '../../views/page/row-sections.ts';
import { bugTree, featureTree } from '../../views/page/row-trees.ts';
import { answer, node, type TreeNode } from '../../views/page/tree.ts';
import type { Comparison } from '../compare.ts';
import type { Tab, TabColumn, TabRow } from './tab.ts';

const WIDTHS: Readonly<Record<string, Omit<TabColumn, 'title'>>> = {
  FEATURE: { min: 16 },
  BUG: { min: 20 },
  CAUSE: { min: 16, spare: 1 },
  VERDICT: { min: 10, derived: true },
};

function columnOf(title: string): TabColumn {
  return { title, min: title.length, ...WIDTHS[title] };
}

/** Takes the columns of a table that the views have made, by title. */
function cellsOf(section: Section | null, row: number, titles: readonly string[], loaded: boolean): Cell[] {
  return titles.map((title) => {
    const at = section?.columns.findIndex((column) => column.title === title) ?? -1;
    if (at < 0 || (title === 'VERDICT' && !loaded)) return [];
    return section?.rows[row]?.[at] ?? [];
  });
}

function plainTree(name: string, kind: string): TreeNode[] {
  const says = answer('kernel says', [span('yes, now and after a reboot')]);
  return [node([span(name, 'strong'), span(`  ${kind}`)], [says, answer('because', [span('nothing that the update changes plays a part')])])];
}

/** What stands in /proc/cpuinfo and stays there. */
function plainRow(name: string, kind: string, titles: readonly string[]): TabRow {
  const cells = titles.map((title, at): Cell => (at === 0 ? cell(name) : title === 'KERNEL' || title === 'AFTER A REBOOT' ? cell('yes') : []));
  return { key: name, cells, news: false, trees: () => plainTree(name, kind) };
}

function tab<Row extends FeatureRow | BugRow>(
  comparison: Comparison,
  about: {
    readonly titles: readonly string[];
    readonly rows: readonly Row[];
    readonly section: Section | null;
    readonly names: readonly string[];
    readonly kind: string;
    readonly tree: (row: Row) => TreeNode;
    readonly empty: string;
  },
): Tab {
  const { titles, rows, section } = about;
  const told = rows.map(
    (row, at): TabRow => ({
      key: row.name,
      cells: cellsOf(section, at, titles, comparison.loaded),
      news: comparison.loaded && row.verdict !== 'unchanged',
      trees: () => [about.tree(row)],
    }),
  );
  const seen = new Set(rows.map(({ name }) => name));
  const plain = about.names.filter((name) => !seen.has(name)).map((name) => plainRow(name, about.kind, titles));
  return { columns: titles.map(columnOf), rows: [...told, ...plain], empty: about.empty };
}

/** Features that the update changes first, then the other flags of /proc/cpuinfo. */
export function featureTab(comparison: Comparison): Tab {
  return tab(comparison, {
    titles: ['FEATURE', 'SILICON', 'KERNEL', 'GUESTS', 'AFTER A REBOOT', 'VERDICT', 'CAUSE'],
    rows: comparison.features,
    section: featureSection(comparison, true),
    names: comparison.flags,
    kind: 'feature',
    tree: (row) => featureTree(comparison, row),
    empty: 'The kernel knows no feature of this CPU.',
  });
}

/** Bugs that a reboot would judge otherwise first, then the others of /proc/cpuinfo. */
export function bugTab(comparison: Comparison): Tab {
  return tab(comparison, {
    titles: ['BUG', 'KERNEL', 'AFTER A REBOOT', 'VERDICT', 'CAUSE'],
    rows: comparison.bugs,
    section: bugSection(comparison, true),
    names: comparison.bugNames,
    kind: 'bug',
    tree: (row) => bugTree(comparison, row),
    empty: 'The kernel knows no bug of this CPU.',
  });
}
