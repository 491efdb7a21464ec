import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { registry } from '../cli/registry.ts';
import { projectRoot } from './project-root.ts';

interface Case {
  readonly name: string;
  /** Node where it is absent. */
  readonly program?: string;
  readonly words: readonly string[];
  /** Largest ratio to the first case, or to the one named in `against` (DESIGN section 7); null: only shown. */
  readonly budget: number | null;
  readonly against?: string;
  /** Exit codes that mean it worked. */
  readonly codes?: readonly number[];
}

const PROFILE = 'skylake-06-5e-03-c6';
const BLOB = 'skylake-06-5e-03-cc';
const diffWords = ['diff', '--profile', PROFILE, '--blob', BLOB];
const haveDiff = registry.some(({ name }) => name === 'diff') && existsSync(join(projectRoot, `cpu-profiles/profiles/${PROFILE}.json`));

const program = join(projectRoot, 'bin/cpueval.js');
const ours = (name: string, words: readonly string[], budget: number | null): Case => ({ name, words: [program, ...words], budget });

const firmware = [process.env.CPUEVAL_FIRMWARE, '/usr/lib/firmware', '/lib/firmware'].find(
  (root) => root !== undefined && existsSync(join(root, 'intel-ucode')),
);
const iucodeTool = [process.env.CPUEVAL_IUCODE_TOOL, 'iucode_tool', '/usr/sbin/iucode_tool'].find(
  (name) => name !== undefined && spawnSync(name, ['--version']).status === 0,
);
const missing = iucodeTool === undefined ? 'iucode_tool (CPUEVAL_IUCODE_TOOL)' : firmware === undefined ? 'intel-ucode firmware (CPUEVAL_FIRMWARE)' : null;

/** Both read every byte of Intel's folder once and check every checksum. */
function blobCases(): Case[] {
  if (iucodeTool === undefined || firmware === undefined) return [];
  const folder = join(firmware, 'intel-ucode');
  const theirs: Case = { name: 'iucode_tool -L', program: iucodeTool, words: ['-L', folder], budget: null };
  return [theirs, { ...ours('blob list', ['blob', 'list', folder], 2), against: theirs.name }];
}

/** The first case is what the others are held against. A new one is a line here. */
const cases: readonly Case[] = [
  { name: 'node -e 0', words: ['-e', '0'], budget: null },
  ours('--version', ['--version'], 1.4),
  ours('--help', ['--help'], 1.4),
  ours('list', ['list'], null),
  ...(haveDiff ? [ours('diff', diffWords, 1.8), ours('diff --json', [...diffWords, '--json'], 1.8)] : []),
  ...blobCases(),
];

/** One start takes a tenth of its time more or less by chance: all cases take turns, so that a busy moment meets each of them. */
function measure(rounds: number): number[][] {
  // Where it is set, reading the certificates alone takes Node 50 ms.
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: undefined };
  const times = cases.map((): number[] => []);
  for (let round = -1; round < rounds; round += 1) {
    for (const [index, { name, program: started = process.execPath, words, codes = [0] }] of cases.entries()) {
      const start = process.hrtime.bigint();
      const { status, stderr } = spawnSync(started, words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
      const milliseconds = Number(process.hrtime.bigint() - start) / 1e6;
      if (!codes.includes(status ?? -1)) throw new Error(`${name} ended with ${status}: ${stderr.toString()}`);
      // The first round fills the disk cache.
      if (round >= 0) times[index]?.push(milliseconds);
    }
  }
  return times;
}

const minimum = (times: readonly number[]): number => Math.min(...times);
const median = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;

const rounds = Number(process.argv[2] ?? 40);
const times = measure(rounds);
const base = times[0] ?? [];
process.stdout.write(`${rounds} rounds, milliseconds; ratio to ${cases[0]?.name}\n\n${'start'.padEnd(16)}    min  ratio   median  ratio   budget\n`);
for (const [index, { name, budget, against }] of cases.entries()) {
  const own = times[index] ?? [];
  const other = against === undefined ? base : (times[cases.findIndex((one) => one.name === against)] ?? []);
  const ratios = [minimum(own) / minimum(other), median(own) / median(other)];
  const verdict =
    budget === null ? '' : `${budget.toFixed(1)}x ${(ratios[1] ?? 0) <= budget ? 'kept' : 'EXCEEDED'}${against === undefined ? '' : ` (to ${against})`}`;
  const figures = [
    minimum(own).toFixed(1).padStart(7),
    `${ratios[0]?.toFixed(2)}x`.padStart(6),
    median(own).toFixed(1).padStart(8),
    `${ratios[1]?.toFixed(2)}x`.padStart(6),
  ];
  process.stdout.write(`${name.padEnd(16)}${figures.join(' ')}   ${verdict}\n`);
}
if (missing !== null) process.stdout.write(`blob list       skipped: there is no ${missing}\n`);
