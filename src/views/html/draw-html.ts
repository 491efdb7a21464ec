import { escapeControl } from '../../base/escape.ts';
import type { Block, Cell, Page, Paragraph, Section } from '../page/page.ts';
import { style } from './style.ts';

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escaped(text: string): string {
  return escapeControl(text).replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

function paragraph(spans: Paragraph): string {
  return `<p>${spans.map(({ text, tone }) => (tone === 'plain' ? escaped(text) : `<span class="${tone}">${escaped(text)}</span>`)).join('')}</p>`;
}

function inline(cell: Cell): string {
  return cell.map(paragraph).join('');
}

function table({ id, columns, rows, caption }: Section): string {
  const head = columns.map(({ title }) => `<th scope="col">${escaped(title)}</th>`).join('');
  const body = rows.map((row) => `<tr>${columns.map((_, at) => `<td>${inline(row[at] ?? [])}</td>`).join('')}</tr>`);
  const above = caption === undefined ? '' : `<caption>${escaped(caption)}</caption>\n`;
  return `<div class="scroll"><table id="${escaped(id)}">\n${above}<thead><tr>${head}</tr></thead>\n<tbody>\n${body.join('\n')}\n</tbody>\n</table></div>`;
}

function block(one: Block): string {
  if (one.kind === 'section') return table(one);
  return one.kind === 'divider' ? `<h2>${escaped(one.text)}</h2>` : `<div class="note">${inline(one.paragraphs)}</div>`;
}

/**
 * Writes a page as one self-contained HTML document: no scripts, nothing fetched, readable in light and dark.
 * @returns the document, a line break at its end; nothing from the report can become markup
 */
export function drawHtml(page: Page): string {
  const next = page.next.length > 0 ? [`<p class="dim">Next: ${page.next.map((command) => `<code>${escaped(command)}</code>`).join(' ')}</p>`] : [];
  const head = `<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n<title>${escaped(page.title)}</title>\n<style>${style}</style>`;
  const body = [
    `<h1>${escaped(page.title)}</h1>`,
    `<p class="headline">${page.headline.map((one) => `<span>${escaped(one)}</span>`).join('')}</p>`,
    `<div class="answer">${inline(page.answer)}</div>`,
    ...page.blocks.map(block),
    ...next,
  ];
  return `<!DOCTYPE html>\n<html lang="en">\n<head>\n${head}\n</head>\n<body>\n${body.join('\n')}\n</body>\n</html>\n`;
}
