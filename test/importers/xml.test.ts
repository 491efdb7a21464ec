import assert from 'node:assert/strict';
import test from 'node:test';
import { problemList } from '../../src/importers/core/problems.ts';
import { xmlTokens } from '../../src/importers/core/xml.ts';

function walk(text: string): { tokens: string[]; problems: string[] } {
  const problems = problemList();
  const tokens: string[] = [];
  for (const token of xmlTokens(text, problems)) {
    const attributes = token.kind === 'open' ? [...token.attributes].map(([name, value]) => ` ${name}=${value}`).join('') : '';
    tokens.push(`${token.line} ${token.kind} ${token.kind === 'text' ? token.text.trim() : token.name}${attributes} in ${token.path.join('/')}`);
  }
  return { tokens, problems: problems.list().map(({ code, path }) => `${code} ${path}`) };
}

test('elements, attributes, texts, entities and everything that is skipped', () => {
  const text = `\n<?xml version="1.0"?><!DOCTYPE a [ <!ENTITY x "y"> ]><!-- <b> -- ><c> -->
<ns:a x='1 &lt; 2' y="&#65;&#x42;">
 text &amp; more<![CDATA[<raw>&amp;]]><b /></ns:a>`;
  assert.deepEqual(walk(text), {
    tokens: ['3 open a x=1 < 2 y=AB in ', '3 text text & more in a', '4 text <raw>&amp; in a', '4 open b in a', '4 close b in a', '4 close a in '],
    problems: [],
  });
});

test('entities of the document are not expanded: a bomb stays text', () => {
  const bomb = `<!DOCTYPE l [ <!ENTITY a "ha"> <!ENTITY b "${'&a;'.repeat(50)}"> <!ENTITY c "${'&b;'.repeat(50)}"> ]><l>&c;</l>`;
  assert.deepEqual(walk(bomb), { tokens: ['1 open l in ', '1 text &c; in l', '1 close l in '], problems: [] });
});

test('what is not well-formed ends the walk with one problem', () => {
  const cases: readonly (readonly [text: string, problem: string])[] = [
    ['<a><b></a>', 'bad-xml line 1'],
    ['<a>\n<b', 'bad-xml line 2'],
    ['<a x=1>', 'bad-xml line 1'],
    ['<a x="1>', 'bad-xml line 1'],
    ['<a>\n< b>', 'bad-xml line 2'],
    ['<a>', 'xml-truncated line 1'],
    ['<a><![CDATA[', 'xml-truncated line 1'],
    ['</a>', 'bad-xml line 1'],
    ['<a>'.repeat(100), 'xml-too-deep line 1'],
  ];
  for (const [text, problem] of cases) assert.deepEqual(walk(text).problems, [problem], text.slice(0, 40));
});
