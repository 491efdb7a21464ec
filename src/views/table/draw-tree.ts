import { escapeControl } from '../../base/escape.ts';
import { span } from '../page/page.ts';
import type { TreeNode } from '../page/tree.ts';
import type { Paint } from './paint.ts';
import { textWidth } from './width.ts';
import { wrapParagraph } from './wrap.ts';

/** What stands before the first line of a node, and before its other lines and its children. */
interface Lead {
  readonly first: string;
  readonly rest: string;
  /** Width of the column of keys among the siblings. */
  readonly keys: number;
}

/** Keys that leave less than this for their texts stand in line with them. */
const ROOM = 24;
/** Below this a text is no longer readable; the trees are shallow enough that 40 columns always leave more. */
const LEAST = 12;

function drawLabel({ key, label, children }: TreeNode, width: number, paint: Paint, { first, rest, keys }: Lead): string[] {
  const gap = keys === 0 ? 0 : keys + 2;
  const stem = `${rest}${children.length > 0 ? '\u2502  ' : ''}`;
  const hang = Math.max(first.length + gap, stem.length);
  const inLine = key !== '' && keys === 0 ? [span(`${key} `, 'dim'), ...label] : label;
  const lines = wrapParagraph(inLine, Math.max(LEAST, width - hang));
  return (lines.length > 0 ? lines : [{ spans: [], width: 0 }]).map((line, at) => {
    const text = line.spans.map(paint).join('');
    if (at > 0) return paint(span(stem.padEnd(hang), 'dim')) + text;
    const shown = keys === 0 ? '' : escapeControl(key);
    return paint(span(first, 'dim')) + paint(span(shown, 'dim')) + ' '.repeat(Math.max(0, gap - textWidth(shown))) + text;
  });
}

function draw(tree: TreeNode, width: number, paint: Paint, lead: Lead): string[] {
  const { rest } = lead;
  const widest = Math.max(0, ...tree.children.map((child) => textWidth(escapeControl(child.key))));
  const keys = width - rest.length - 3 - widest - 2 < ROOM ? 0 : widest;
  const children = tree.children.flatMap((child, at) => {
    const last = at === tree.children.length - 1;
    return draw(child, width, paint, { first: `${rest}${last ? '\u2514\u2500 ' : '\u251c\u2500 '}`, rest: `${rest}${last ? '   ' : '\u2502  '}`, keys });
  });
  return [...drawLabel(tree, width, paint, lead), ...children];
}

/**
 * Draws a tree with lines; the texts are wrapped behind their branch.
 * @param width in cells, 40 or more
 * @returns lines without line breaks
 */
export function drawTree(tree: TreeNode, width: number, paint: Paint): string[] {
  return draw(tree, width, paint, { first: '', rest: '', keys: 0 });
}
