import type { Cell } from '../../views/page/page.ts';
import type { TreeNode } from '../../views/page/tree.ts';

export interface TabColumn {
  readonly title: string;
  /** What the column is called beside a single row; absent: the title in small letters. */
  readonly label?: string;
  /** Below this many cells it says nothing any more. */
  readonly min: number;
  /** It gets this much before others get more than their least. */
  readonly wish?: number;
  /** Left out where the terminal is narrow, highest first: the line below the list says it too. */
  readonly spare?: number;
  /** It follows from the others: a change of it alone is none. */
  readonly derived?: boolean;
}

export interface TabRow {
  /** The same for the same thing in every step. */
  readonly key: string;
  readonly cells: readonly Cell[];
  /** The update has news for it. */
  readonly news: boolean;
  /** Why it is as it is; asked for only when somebody looks. */
  readonly trees: () => readonly TreeNode[];
}

/** One aspect of the machine after a step, as rows that are one line high. The first column names the row. */
export interface Tab {
  readonly columns: readonly TabColumn[];
  readonly rows: readonly TabRow[];
  /** The rows stand in the order of time: nothing comes before its turn. */
  readonly inTime?: boolean;
  /** What is said where there are no rows. */
  readonly empty: string;
}
