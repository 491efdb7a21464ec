import { escapeControl } from '../../base/escape.ts';
import type { Block, Cell, Page, Paragraph, Section, Tone } from '../page/page.ts';

/** Characters that Markdown, GitHub's tables or inline HTML would take for markup; an underscore inside a word is none. */
const MARKUP = /[\\`*{}[\]<>#|~&]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g;

function escaped(text: string): string {
  return escapeControl(text).replace(MARKUP, (character) =>
    character === '<' ? '&lt;' : character === '>' ? '&gt;' : character === '&' ? '&amp;' : `\\${character}`,
  );
}

const BOLD: ReadonlySet<Tone> = new Set(['strong', 'bad']);

function paragraph(spans: Paragraph): string {
  return spans
    .map(({ text, tone }) => {
      const words = escaped(text);
      // Emphasis must hug its words, so blanks stay outside.
      const [, before = '', core = '', after = ''] = /^(\s*)(.*?)(\s*)$/s.exec(words) ?? [];
      return BOLD.has(tone) && core !== '' ? `${before}**${core}**${after}` : words;
    })
    .join('')
    .trim();
}

function inline(cell: Cell): string {
  return cell.map(paragraph).join('<br>');
}

/** A line that begins like a list, a heading or a quotation must not become one. */
function line(spans: Paragraph): string {
  return paragraph(spans).replace(/^([-+]|\d+[.)])(?=\s)/, '\\$1');
}

function table({ columns, rows, caption }: Section): string {
  const head = `| ${columns.map(({ title }) => escaped(title)).join(' | ')} |\n|${columns.map(() => ' --- |').join('')}`;
  const body = rows.map((row) => `| ${columns.map((_, at) => inline(row[at] ?? [])).join(' | ')} |`);
  return [...(caption === undefined ? [] : [`${escaped(caption)}\n`]), head, ...body].join('\n');
}

function block(one: Block): string {
  if (one.kind === 'section') return table(one);
  return one.kind === 'divider' ? `## ${escaped(one.text)}` : one.paragraphs.map(line).join('  \n');
}

/**
 * Writes a page as GitHub's Markdown: for an issue or a change request.
 * @returns the text, a line break at its end; nothing from the report can become markup
 */
export function drawMarkdown(page: Page): string {
  const parts = [
    `# ${escaped(page.title)}`,
    page.headline.map(escaped).join(' · '),
    ...page.answer.map(line),
    ...page.blocks.map(block),
    ...(page.next.length > 0 ? [`Next: ${page.next.map((command) => code(command)).join(', ')}`] : []),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** Inline code that may hold backquotes itself. */
function code(text: string): string {
  const safe = escapeControl(text);
  const longest = Math.max(0, ...(safe.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest > 0 ? `${fence} ${safe} ${fence}` : `${fence}${safe}${fence}`;
}
