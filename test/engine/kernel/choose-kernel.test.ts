import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { kernelLines } from '../../../src/data/kernels/index.ts';
import { debianAbi } from '../../../src/data/kernels/releases.ts';
import { chooseKernel } from '../../../src/engine/kernel/choose-kernel.ts';

type Row = readonly [
  text: string,
  line: string,
  evidence: 'exact' | 'same-line' | 'nearest',
  more?: { readonly vendor?: string; readonly build?: string; readonly older?: boolean },
];

const rows: readonly Row[] = [
  // Lines, modelled releases, known builds.
  ['6.12', '6.12', 'exact'],
  ['7.2', '7.2', 'exact'],
  ['6.12.107', '6.12', 'exact'],
  ['6.1.176-rt52', '6.1', 'exact'],
  ['6.1.0-50-cloud-amd64', '6.1', 'exact', { build: '6.1.0-50-cloud-amd64' }],
  ['6.12.107+deb13-amd64', '6.12', 'exact', { build: '6.12.107+deb13-amd64' }],
  [
    'Linux version 6.1.0-50-cloud-amd64 (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0) #1 SMP PREEMPT_DYNAMIC Debian 6.1.176-1 (2026-06-15)\n',
    '6.1',
    'exact',
    { build: '6.1.0-50-cloud-amd64' },
  ],
  // Releases of a modelled line.
  ['6.12.108', '6.12', 'same-line'],
  ['6.12.0', '6.12', 'same-line', { older: true }],
  ['6.12-rc3', '6.12', 'same-line', { older: true }],
  ['v6.1.44', '6.1', 'same-line', { older: true }],
  ['7.2.7', '7.2', 'same-line', { older: true }],
  ['6.1.0-23-amd64', '6.1', 'same-line', { older: true, build: '6.1.0-50-amd64' }],
  ['6.1.0-51-amd64', '6.1', 'same-line', { build: '6.1.0-50-amd64' }],
  ['6.1.0-9-cloud-amd64', '6.1', 'same-line', { older: true, build: '6.1.0-50-cloud-amd64' }],
  ['6.1.0-0.deb11.21-amd64', '6.1', 'same-line', { older: true, build: '6.1.0-50-amd64' }],
  ['6.12.43+deb13-amd64', '6.12', 'same-line', { older: true, build: '6.12.107+deb13-amd64' }],
  ['6.12.38+deb12-cloud-amd64', '6.12', 'same-line', { older: true, build: '6.12.107+deb13-cloud-amd64' }],
  ['6.12.12+bpo-amd64', '6.12', 'same-line', { older: true, build: '6.12.107+deb13-amd64' }],
  [
    'Linux host 6.1.0-23-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.99-1 (2024-07-15) x86_64 GNU/Linux',
    '6.1',
    'same-line',
    { older: true, build: '6.1.0-50-amd64' },
  ],
  // A packager that builds stable releases as they are.
  ['6.1.128-1.el9.elrepo.x86_64', '6.1', 'same-line', { older: true }],
  // Other lines: the cuts are at 6.7 and 6.17.
  ['2.6.32', '6.1', 'nearest'],
  ['5.15.167', '6.1', 'nearest'],
  ['6.6.99', '6.1', 'nearest'],
  ['6.7', '6.12', 'nearest'],
  ['6.16.12', '6.12', 'nearest'],
  ['6.17.0', '7.2', 'nearest'],
  ['6.18.3', '7.2', 'nearest'],
  ['8.0', '7.2', 'nearest'],
  // Vendors: the version says little even where the line is modelled.
  ['5.14.0-503.11.1.el9_5.x86_64', '6.1', 'nearest', { vendor: 'Red Hat' }],
  ['6.12.0-55.9.1.el10_0.x86_64', '6.12', 'nearest', { vendor: 'Red Hat' }],
  ['6.8.0-45-generic', '6.12', 'nearest', { vendor: 'Ubuntu' }],
  ['6.1.0-1036-oem', '6.1', 'nearest', { vendor: 'Ubuntu' }],
  ['6.8.0-1014-aws', '6.12', 'nearest', { vendor: 'Ubuntu' }],
  ['6.4.0-150600.23.25-default', '6.1', 'nearest', { vendor: 'SUSE' }],
  ['6.1.119-129.201.amzn2023.x86_64', '6.1', 'nearest', { vendor: 'Amazon Linux' }],
  ['5.15.0-301.163.5.2.el9uek.x86_64', '6.1', 'nearest', { vendor: 'Oracle UEK' }],
  ['6.8.12-4-pve', '6.12', 'nearest', { vendor: 'Proxmox' }],
  ['5.15.153.1-microsoft-standard-WSL2', '6.1', 'nearest', { vendor: 'Microsoft' }],
];

for (const [text, line, evidence, { vendor = null, build = null, older = false } = {}] of rows) {
  test(`${text.slice(0, 60).trim()}: ${line}, ${evidence}`, () => {
    const choice = chooseKernel(text)!;
    assert.deepEqual(
      { line: choice.line.line, evidence: choice.evidence, vendor: choice.vendor, build: choice.build, older: choice.differences !== null },
      { line, evidence, vendor, build, older },
    );
    assert.equal(choice.release, kernelLines.find((one) => one.line === line)!.release);
  });
}

test('what holds no version is no kernel', () => {
  for (const text of ['', 'x', '6', 'linux', 'Linux version', '.12', 'six.twelve', '6.x']) assert.equal(chooseKernel(text), null, JSON.stringify(text));
});

test('any text gives a choice or null', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9.+~a-z-]{0,40}$/)), (text) => {
      const choice = chooseKernel(text);
      assert.ok(choice === null || kernelLines.some(({ line }) => line === choice.line.line));
    }),
  );
});

test('of the modelled releases nothing is taken away', () => {
  for (const line of kernelLines) for (const text of [line.line, line.release, ...line.builds]) assert.equal(chooseKernel(text)!.line, line, text);
});

test('a Debian name is as old as the upstream release it is built from', async () => {
  for (const [name, release] of Object.entries(debianAbi)) {
    const [own, upstream] = [chooseKernel(`${name}-amd64`)!, chooseKernel(release)!];
    if (own.evidence === 'exact') assert.equal(upstream.evidence, 'exact');
    else {
      const [mine, theirs] = [await own.differences!(), await upstream.differences!()];
      const missing = mine.undo.filter((row) => !theirs.undo.includes(row));
      assert.deepEqual(missing, [], name);
      // What Debian had earlier than upstream is marked so in its row.
      for (const row of theirs.undo) assert.ok(mine.undo.includes(row) || row.debian !== undefined, `${name}: ${row.what}`);
    }
  }
});

test('the package in /proc/version decides where a name stands for several', async () => {
  const line = (version: string) => `Linux version 6.1.0-10-amd64 (debian-kernel@lists.debian.org) #1 SMP Debian ${version} (2023-07-27)`;
  const lacks = async (text: string): Promise<string[]> => (await chooseKernel(text)!.differences!()).undo.map(({ what }) => what);
  assert.deepEqual(await lacks(line('6.1.38-2')), await lacks('6.1.0-10-amd64'));
  assert.ok((await lacks(line('6.1.15-1'))).length > (await lacks(line('6.1.38-2'))).length);
});
