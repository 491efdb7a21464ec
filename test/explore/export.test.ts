import assert from 'node:assert/strict';
import test from 'node:test';
import { openScenario } from '../../src/cli/explore/open-scenario.ts';
import { validators } from '../../src/schema/validate.ts';
import { cpueval, folder } from '../cli/run-cli.ts';
import { begin, opened, outsideOf, press, SKYLAKE, type Written } from './drive.ts';

/** @returns what e writes in each form. */
async function exports(start: Parameters<typeof begin>[0], keys: readonly string[] = []): Promise<Record<'scenario' | 'run' | 'markdown', string>> {
  const written: Written = new Map();
  const outside = outsideOf(written);
  await press(await begin(start, undefined, outside), [...keys, 'e', 's', 'enter', 'e', 'j', 'enter', 'e', 'm', 'enter'], outside);
  const ending = (end: string): string => [...written].find(([name]) => name.endsWith(end))?.[1] ?? '';
  return { scenario: ending('.scenario.json'), run: ending('.run.json'), markdown: ending('.md') };
}

const CASES: readonly (readonly [name: string, start: Parameters<typeof begin>[0], keys: readonly string[]])[] = [
  ['the story', SKYLAKE, []],
  ['an edited timeline', SKYLAKE, ['right', 'right', 'a', 'v', 'a', 'o', 'enter', '>', 'a', 'w', 'enter', 'a', 'z', '>', '>', 'a', 'x']],
  [
    'an AMD machine under rfc on another kernel',
    opened({ profile: 'milan-19-01-01-a001119', blob: 'milan-19-01-01-a0011d1', kernel: '7.2', cmdline: 'nosmt', policy: 'rfc', patches: '1-5' }),
    [],
  ],
  ['inhibitors, one of them forced', opened({ ...SKYLAKE.choices, inhibit: true }), ['right', 'right', 'right', 'f', '1']],
];

for (const [name, start, keys] of CASES) {
  test(`what e writes is what run prints: ${name}`, async (t) => {
    const { scenario, run } = await exports(start, keys);
    assert.deepEqual(validators.scenario(JSON.parse(scenario)), []);
    assert.deepEqual(validators.run(JSON.parse(run)), []);
    const played = cpueval(['run', folder(t).write('saved.json', scenario), '--json']);
    assert.equal(played.code, 0, played.err);
    assert.equal(played.out, run);
  });

  test(`what e writes is what explore opens: ${name}`, async (t) => {
    const first = await exports(start, keys);
    const { value, problems } = await openScenario(folder(t).write('saved.json', first.scenario));
    assert.deepEqual(problems, []);
    assert.deepEqual(await exports(value), first);
  });
}

test('the Markdown is the dry run of the first late load, as diff draws it', async () => {
  const { markdown } = await exports(SKYLAKE);
  const diff = cpueval(['diff', '--profile', 'skylake-06-5e-03-c6', '--blob', 'skylake-06-5e-03-cc', '--guest', 'web-1', '--format', 'markdown']);
  const rows = (text: string): string[] => text.split('\n').filter((line) => line.startsWith('|'));
  assert.ok(rows(markdown).length > 5);
  assert.deepEqual(
    rows(markdown).filter((line) => !/^\|\s*\d/.test(line)),
    rows(diff.out).filter((line) => !/^\|\s*\d/.test(line)),
  );
});
