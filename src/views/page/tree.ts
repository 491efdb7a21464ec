import type { Paragraph } from './page.ts';

/** One thing with what stands behind it. */
export interface TreeNode {
  /** What the label answers; the keys of siblings stand in one column. */
  readonly key: string;
  readonly label: Paragraph;
  readonly children: readonly TreeNode[];
}

/** @returns a node without a key; without children a leaf. */
export function node(label: Paragraph, children: readonly TreeNode[] = []): TreeNode {
  return { key: '', label, children };
}

/** @returns a node that answers a question. */
export function answer(key: string, label: Paragraph, children: readonly TreeNode[] = []): TreeNode {
  return { key, label, children };
}
