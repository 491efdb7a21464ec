import type { Paragraph } from './page.ts';

/** One thing with what stands behind it. */
export interface TreeNode {
  readonly label: Paragraph;
  readonly children: readonly TreeNode[];
}

/** @returns a node; without children a leaf. */
export function node(label: Paragraph, children: readonly TreeNode[] = []): TreeNode {
  return { label, children };
}
