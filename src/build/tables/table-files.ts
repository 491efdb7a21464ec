import type { KernelTables } from '../../data/kernels/types.ts';

/** How a table is written down: its file, its name and type there, the source it is from, and which columns are hexadecimal. */
export interface TableFile {
  readonly file: string;
  readonly table: keyof KernelTables | 'kvm';
  readonly type: string;
  readonly source: string;
  /** Columns of a row that are hexadecimal; `all` for every number under it. */
  readonly hex: readonly number[] | 'all';
}

const CPU = 'arch/x86/kernel/cpu';

/** One entry a table. A table that is not here is written by hand, and the check says which those may be. */
export const TABLE_FILES: readonly TableFile[] = [
  { file: 'features.ts', table: 'features', type: 'readonly FeatureRow[]', source: 'arch/x86/include/asm/cpufeatures.h', hex: [] },
  { file: 'bugs.ts', table: 'bugs', type: 'readonly BugRow[]', source: 'arch/x86/include/asm/cpufeatures.h', hex: [] },
  { file: 'vmx-features.ts', table: 'vmxFeatures', type: 'readonly VmxRow[]', source: 'arch/x86/include/asm/vmxfeatures.h', hex: [] },
  { file: 'words.ts', table: 'words', type: 'readonly WordRow[]', source: `${CPU}/common.c get_cpu_cap()`, hex: [1] },
  { file: 'scattered.ts', table: 'scattered', type: 'readonly ScatteredRow[]', source: `${CPU}/scattered.c`, hex: [3] },
  { file: 'dependencies.ts', table: 'dependencies', type: 'readonly DependencyRow[]', source: `${CPU}/cpuid-deps.c`, hex: [] },
  { file: 'levels.ts', table: 'levels', type: 'readonly LevelRow[]', source: `${CPU}/common.c`, hex: [1] },
  { file: 'whitelist.ts', table: 'whitelist', type: 'readonly CpuListRow[]', source: `${CPU}/common.c cpu_vuln_whitelist`, hex: 'all' },
  { file: 'blacklist.ts', table: 'blacklist', type: 'readonly CpuListRow[]', source: `${CPU}/common.c cpu_vuln_blacklist`, hex: 'all' },
  {
    file: 'match-tables.ts',
    table: 'matchTables',
    type: 'Readonly<Record<string, readonly CpuRevisionRow[]>>',
    source: 'arch/x86: the arrays and functions that the names say',
    hex: 'all',
  },
  {
    file: 'model-ranges.ts',
    table: 'modelRanges',
    type: 'Readonly<Record<string, readonly ModelRangeRow[]>>',
    source: `${CPU}: the functions and arrays that the names say`,
    hex: 'all',
  },
  { file: 'bad-spectre.ts', table: 'badSpectre', type: "KernelTables['badSpectre']", source: `${CPU}/intel.c spectre_bad_microcodes`, hex: 'all' },
  { file: 'latest-microcode.ts', table: 'latestMicrocode', type: "KernelTables['latestMicrocode']", source: `${CPU}/microcode/intel-ucode-defs.h`, hex: 'all' },
  { file: 'amd-digests.ts', table: 'amdDigests', type: "KernelTables['amdDigests']", source: `${CPU}/microcode/amd_shas.c`, hex: 'all' },
  { file: 'amd-cutoffs.ts', table: 'amdCutoffs', type: "KernelTables['amdCutoffs']", source: `${CPU}/microcode/amd.c get_cutoff_revision()`, hex: 'all' },
  {
    file: 'disabled-features.ts',
    table: 'disabledFeatures',
    type: 'readonly DisabledFeatureRow[]',
    source: 'arch/x86/Kconfig.cpufeatures or asm/disabled-features.h',
    hex: [],
  },
  { file: 'texts.ts', table: 'texts', type: 'Readonly<Record<string, Texts>>', source: `${CPU}/bugs.c`, hex: [] },
  { file: 'mitigation-order.ts', table: 'mitigationOrder', type: 'readonly string[]', source: `${CPU}/bugs.c`, hex: [] },
  { file: 'configs.ts', table: 'configs', type: "KernelTables['configs']", source: 'Debian linux-config packages; oracle: the recordings', hex: [] },
  { file: 'kvm.ts', table: 'kvm', type: 'KvmTables', source: 'arch/x86/kvm/cpuid.c, kvm/reverse_cpuid.h, module_param() of kvm/', hex: [] },
];

/** Files of a line's folder that are not extracted. */
export const HAND_WRITTEN: readonly string[] = ['traits.ts'];

/**
 * The text of a table's file.
 * @param spec how it is written
 * @param value the table, plain data
 * @param release what the header names
 */
export function tableText(spec: TableFile, value: unknown, release: string): string {
  const imported = spec.type.match(/\b[A-Z]\w+(?:Row|Tables)\b|\bTexts\b/g)?.[0];
  return [
    `/** Linux ${release}: ${spec.source}. Extracted by \`npm run tables:check -- --write\`; do not edit. */`,
    ...(imported === undefined ? [] : [`import type { ${imported} } from '../types.ts';`, '']),
    `export const ${spec.table}: ${spec.type} = ${literal(value, spec.hex, 0, null)};`,
    '',
  ].join('\n');
}

function literal(value: unknown, hex: TableFile['hex'], depth: number, column: number | null): string {
  if (typeof value === 'number') return hex === 'all' || (column !== null && hex.includes(column)) ? `0x${value.toString(16)}` : String(value);
  if (typeof value === 'string')
    return value.includes("'") && !value.includes('"')
      ? JSON.stringify(value)
      : `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
  if (value === null || typeof value !== 'object') return String(value);
  const rowOf = (item: unknown, index: number): string => literal(item, hex, depth + 1, index);
  if (Array.isArray(value)) {
    const tall = value.some((item) => Array.isArray(item)) && depth < 3 && !value.every((item) => typeof item !== 'object');
    const flat = `[${value.map(rowOf).join(', ')}]`;
    return tall && !isRow(value) ? `[\n${value.map((item, i) => `${rowOf(item, i)},\n`).join('')}]` : flat;
  }
  const fields = Object.entries(value).map(([key, item]) => `${/^[A-Za-z_]\w*$/.test(key) ? key : `'${key}'`}: ${literal(item, hex, depth + 1, null)}`);
  return 'vendor' in value ? `{ ${fields.join(', ')} }` : `{\n${fields.map((field) => `${field},\n`).join('')}}`;
}

/** A row starts with a name, a number or a match; a list of rows starts with a row. */
function isRow(value: readonly unknown[]): boolean {
  return !Array.isArray(value[0]);
}

/** @returns the text of a line's `index.ts`, which puts its tables together. */
export function indexText(tables: Pick<KernelTables, 'line' | 'release' | 'ncapints' | 'nbugints'>, defaultBuild: string): string {
  const parts = TABLE_FILES.filter((spec) => spec.table !== 'kvm');
  return [
    `/** Linux ${tables.release}. Written by \`npm run tables:check -- --write\`; do not edit. */`,
    "import type { KernelTables } from '../types.ts';",
    ...[...parts.map((spec) => [spec.file, spec.table] as const), ['traits.ts', 'traits'] as const]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([file, table]) => `import { ${table} } from './${file}';`),
    '',
    'export const tables: KernelTables = {',
    `line: '${tables.line}', release: '${tables.release}', ncapints: ${tables.ncapints}, nbugints: ${tables.nbugints},`,
    ...parts.map((spec) => `${spec.table},`),
    `config: { ...configs['${defaultBuild}'], CONFIG_MICROCODE_LATE_LOADING: 'y' },`,
    'traits,',
    '};',
    '',
  ].join('\n');
}
