import assert from 'node:assert/strict';
import test from 'node:test';
import { backports, filesFromTheStart } from '../../../src/data/kernels/backports.ts';
import { kernelLines } from '../../../src/data/kernels/index.ts';
import { debianAbi } from '../../../src/data/kernels/releases.ts';
import type { KernelTables } from '../../../src/data/kernels/types.ts';
import { kernelSpec } from '../../../src/engine/boot/kernel-spec.ts';
import { knownTraits } from '../../../src/engine/kernel/known-traits.ts';
import { vulnerabilities } from '../../../src/engine/vulnerabilities/index.ts';

const patchOf = (release: string): number => Number(release.split('.')[2]);

async function eachLine(check: (tables: KernelTables, release: string) => void): Promise<void> {
  for (const { load, release } of kernelLines) check((await load()).tables, release);
}

/** Whether a line has the file, by its bug and its traits. */
function filesOf(tables: KernelTables): string[] {
  const spec = kernelSpec(tables);
  const traited: Readonly<Record<string, string>> = { ghostwrite: 'ghostwrite-file', old_microcode: 'old-microcode' };
  const there = ({ id }: { readonly id: string }): boolean => !spec.absent.has(id) && (traited[id] === undefined || spec.traits.has(traited[id]));
  return vulnerabilities.filter((one) => one.sysfs !== null && there(one)).map(({ id }) => id);
}

test('every file of a line has been there from the start or has a row, not both', async () => {
  await eachLine((tables) => {
    const rows = backports.filter((row) => row.line === tables.line && row.kind === 'vulnerability').map(({ what }) => what);
    const start = filesFromTheStart[tables.line] ?? [];
    assert.deepEqual(
      rows.filter((id) => start.includes(id)),
      [],
    );
    const withFile = vulnerabilities.filter(({ sysfs }) => sysfs !== null).map(({ id }) => id);
    assert.deepEqual([...start, ...rows.filter((id) => withFile.includes(id))].sort(), filesOf(tables).sort(), tables.line);
  });
});

test('releases are of the line, not newer than the modelled one, and in order', async () => {
  await eachLine(({ line }, release) => {
    for (const row of backports.filter((one) => one.line === line)) {
      for (const name of [row.since, row.until ?? null, row.debian && !(row.debian in debianAbi) ? row.debian : null]) {
        if (name === null) continue;
        assert.match(name, new RegExp(`^${line.replace('.', '\\.')}\\.\\d+$`), row.what);
        assert.ok(patchOf(name) <= patchOf(release), `${row.what}: ${name}`);
      }
      if (row.until !== undefined && row.since !== null) assert.ok(patchOf(row.since) < patchOf(row.until), row.what);
      assert.ok(row.source.length > 10, row.what);
    }
  });
  assert.ok(backports.every((row) => kernelLines.some(({ line }) => line === row.line)));
});

test('what a row names is there in the modelled release, and gone where it has an end', async () => {
  await eachLine((tables) => {
    const features = new Set(tables.features.map(([name]) => name));
    const bugs = new Set(tables.bugs.map(([name]) => name));
    for (const row of backports.filter((one) => one.line === tables.line)) {
      const what = `${tables.line} ${row.kind} ${row.what}`;
      if (row.kind === 'feature') assert.ok(features.has(row.what), what);
      else if (row.kind === 'bug') assert.ok(bugs.has(row.what), what);
      else if (row.kind === 'trait') assert.equal(tables.traits.includes(row.what), row.until === undefined, what);
      else if (row.kind === 'vulnerability') {
        const one = vulnerabilities.find(({ id }) => id === row.what);
        assert.ok(one?.bug && bugs.has(one.bug), what);
      } else if (row.kind === 'text') {
        const [array = '', constant = ''] = row.what.split('.');
        assert.equal(typeof tables.texts[array]?.[constant], 'string', what);
        assert.notEqual(tables.texts[array]?.[constant], row.before, what);
      } else if (row.kind === 'revisions') assert.ok((tables.matchTables[row.what] ?? []).length > 0, what);
      else if (row.kind === 'listed') {
        const listed = tables.blacklist.filter(([match, flags]) => match.vendor === row.vendor && flags.includes(row.what));
        const models = listed.map(([match]) => match.model);
        for (const model of row.models ?? models) assert.ok(models.includes(model), what);
        assert.ok(listed.length > 0, what);
      } else if (row.kind === 'table') assert.ok(tables[row.what as 'amdDigests'], what);
    }
  });
});

test('a register of KVM that a row names is in its mask', async () => {
  for (const { line, loadKvm } of kernelLines) {
    const registers = (await loadKvm()).kvm.words.map(({ register }) => register);
    for (const row of backports) if (row.line === line && row.kind === 'kvm-word') assert.ok(registers.includes(row.what), row.what);
  }
});

test('no thing has two rows of a kind, revision tables apart', () => {
  const keys = backports.filter(({ kind }) => kind !== 'revisions').map((row) => `${row.line} ${row.kind} ${row.what}`);
  assert.equal(new Set(keys).size, keys.length);
});

test("Debian's counts rise with the releases behind them, without a gap", () => {
  const counts = Object.entries(debianAbi).map(([name, release]) => [Number(name.split('-')[1]), patchOf(release)] as const);
  counts.forEach(([count, patch], at) => {
    assert.equal(count, at + 1);
    assert.ok(at === 0 || patch >= counts[at - 1]![1]);
  });
  for (const { builds, release } of kernelLines)
    for (const build of builds) {
      const name = /^\d+\.\d+\.0-\d+/.exec(build)?.[0];
      if (name) assert.equal(debianAbi[name], release);
    }
});

test('traits of older releases are among the known ones', async () => {
  const known = await knownTraits();
  for (const row of backports) if (row.kind === 'trait') assert.ok(known.includes(row.what), row.what);
});
