import { ARCH_CAP_BITS, type ArchCap } from '../../../src/data/bits/arch-capabilities.ts';
import { tables as tables61 } from '../../../src/data/kernels/6.1/index.ts';
import { tables as tables612 } from '../../../src/data/kernels/6.12/index.ts';
import { tables as tables72 } from '../../../src/data/kernels/7.2/index.ts';
import type { CpuVendor } from '../../../src/data/kernels/types.ts';
import { Boot } from '../../../src/engine/boot/boot.ts';
import { kernelSpec } from '../../../src/engine/boot/kernel-spec.ts';
import { parseMitigationParameters, selectMitigations, setBugBits, updateForSmt } from '../../../src/engine/boot/mitigations.ts';
import { tellPti } from '../../../src/engine/features/setup-arch.ts';
import { type Engaged, engagedBy } from '../../../src/engine/report/engaged.ts';
import { sysfsRows } from '../../../src/engine/report/sysfs.ts';
import type { Silicon } from '../../../src/engine/silicon/silicon.ts';
import { isAffected, type Vulnerability } from '../../../src/engine/vulnerabilities/_define.ts';
import { readSpecCtrlBase } from '../../../src/engine/vulnerabilities/_spec-ctrl.ts';
import { vulnerabilities } from '../../../src/engine/vulnerabilities/index.ts';
import { checkPti } from '../../../src/engine/vulnerabilities/meltdown.ts';

export const LINES = ['6.1', '6.12', '7.2'] as const;
/** The lines that select at once, without phases. */
export const SINGLE = ['6.1', '6.12'] as const;
export type Line = (typeof LINES)[number];
const TABLES = { '6.1': tables61, '6.12': tables612, '7.2': tables72 };

/** A CPU as identification would have left it, in as few words as a case needs. */
export interface Case {
  readonly vendor?: CpuVendor;
  readonly family?: number;
  readonly model?: number;
  readonly stepping?: number;
  /** X86_FEATURE_ names that are set before the bugs are looked for. */
  readonly has?: readonly string[];
  /** X86_BUG_ names that the user has forced, as setcpuid= can. */
  readonly bugs?: readonly string[];
  /** Bits of MSR_IA32_ARCH_CAPABILITIES; naming one also sets the feature. */
  readonly archCap?: readonly ArchCap[];
  readonly msrs?: Readonly<Record<number, bigint>>;
  readonly revision?: number;
  readonly platformId?: number | null;
  readonly physBits?: number;
  /** CPUID 0x1a EAX, where the core type of a hybrid stands. */
  readonly leaf1a?: number;
  readonly cmdline?: string;
  readonly config?: Readonly<Record<string, string>>;
  readonly smt?: boolean;
  readonly memoryBytes?: number;
  readonly share?: Readonly<Record<string, string | number | bigint | boolean>>;
}

function siliconOf(one: Case): Silicon {
  const registers = { eax: 0, ebx: 0, ecx: 0, edx: 0 };
  const cpuid = new Map([[0x80000008 * 256, { ...registers, eax: one.physBits ?? 46 }]]);
  if (one.leaf1a !== undefined) cpuid.set(0x1a * 256, { ...registers, eax: one.leaf1a });
  const msrs = new Map<number, bigint | null>(Object.entries(one.msrs ?? {}).map(([index, value]) => [Number(index), value]));
  msrs.set(
    0x10a,
    (one.archCap ?? []).reduce((value, name) => value | (1n << BigInt(ARCH_CAP_BITS[name])), 0n),
  );
  return {
    cpuid,
    msrs,
    absentMsrs: 'zero',
    msrWritable: new Map(),
    behaviours: {},
    revision: one.revision ?? 0x7fffffff,
    platformId: one.platformId === undefined ? 0 : one.platformId,
    partial: false,
    revisionKnown: true,
    threadsKnown: true,
    absentLeaves: 'zero',
    cpuidKnown: new Map(),
    msrKnown: new Map(),
  };
}

/** A kernel that has just identified its boot CPU: nothing of bugs or options yet. A Skylake client where the case does not say. */
export function identified(line: Line, one: Case = {}): Boot {
  const b = new Boot(kernelSpec(TABLES[line], { cmdline: one.cmdline ?? '', options: one.config ?? {} }), siliconOf(one));
  Object.assign(b.cpu, {
    vendor: one.vendor ?? 'INTEL',
    family: one.family ?? 6,
    model: one.model ?? 0x5e,
    stepping: one.stepping ?? 3,
    level: 0x20,
    extendedLevel: 0x80000008,
  });
  for (const feature of one.has ?? []) b.set(feature, 'test/feature');
  if ((one.archCap ?? []).length > 0) b.set('ARCH_CAPABILITIES', 'test/feature');
  b.share('sched_smt_active', one.smt ?? true, 'test/smt');
  if (one.memoryBytes !== undefined) b.share('memory_bytes', one.memoryBytes, 'test/memory');
  for (const [name, value] of Object.entries(one.share ?? {})) b.share(name, value, 'test/share');
  return b;
}

/** From the bugs to the mitigations, in the kernel's order. */
export function booted(line: Line, one: Case = {}): Boot {
  const b = identified(line, one);
  setBugBits(b);
  for (const bug of one.bugs ?? []) b.forceBug(bug, 'test/bug');
  parseMitigationParameters(b);
  checkPti(b);
  tellPti(b);
  readSpecCtrlBase(b);
  selectMitigations(b);
  updateForSmt(b);
  return b;
}

export function vulnerability(id: string): Vulnerability {
  const found = vulnerabilities.find((one) => one.id === id);
  if (!found) throw new Error(`no vulnerability ${id}`);
  return found;
}

/** What the file says; null where this line has no such file. */
export function line(b: Boot, id: string): string | null {
  return sysfsRows(b).find((row) => row.vulnerability.id === id)?.text ?? null;
}

export function affected(b: Boot, id: string): boolean {
  return isAffected(b, vulnerability(id));
}

/** What this kernel executes. */
export function engaged(b: Boot): Engaged {
  return engagedBy(b, b.silicon);
}

export function verwOnExit(b: Boot): boolean {
  return engaged(b).verwOnExit;
}

export function verwOnIdle(b: Boot): boolean {
  return engaged(b).verwOnIdle;
}
