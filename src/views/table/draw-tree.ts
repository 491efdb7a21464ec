import { span } from '../page/page.ts';
import type { TreeNode } from '../page/tree.ts';
import type { Paint } from './paint.ts';
import { wrapParagraph } from './wrap.ts';

/** Below this the text of a deep branch is no longer readable: it may stick out to the right of the terminal's edge less than it would break. */
const LEAST = 16;

/**
 * Draws a tree with lines, texts wrapped behind their branch.
 * @param width in cells
 * @param first what stands before the first line, `rest` before all others
 */
export function drawTree(tree: TreeNode, width: number, paint: Paint, first = '', rest = ''): string[] {
  const wrapped = wrapParagraph(tree.label, Math.max(LEAST, width - first.length));
  const stem = tree.children.length > 0 ? '\u2502  ' : '   ';
  const own = wrapped.map((line, at) => {
    const lead = at === 0 ? first : rest + (rest === '' && first === '' && tree.children.length === 0 ? '' : stem);
    return paint(span(lead, 'dim')) + line.spans.map(paint).join('');
  });
  const children = tree.children.flatMap((child, at) => {
    const last = at === tree.children.length - 1;
    return drawTree(child, width, paint, `${rest}${last ? '\u2514\u2500 ' : '\u251c\u2500 '}`, `${rest}${last ? '   ' : '\u2502  '}`);
  });
  return [...own, ...children];
}
