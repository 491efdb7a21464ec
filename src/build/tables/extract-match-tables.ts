import type { CpuMatch, CpuRevisionRow, ModelRangeRow } from '../../data/kernels/types.ts';
import { evaluate } from './c-evaluate.ts';
import { type CSource, functionBody, preprocess, type ReadSource } from './c-source.ts';
import { tokenize } from './c-tokens.ts';
import { matchMacros, matchRows, matchSource, revisionRows } from './extract-cpu-match.ts';
import { needed } from './extract-features.ts';
import { switchCases } from './extract-switch.ts';

const CPU = 'arch/x86/kernel/cpu';

/** Arrays of x86_cpu_id or x86_cpu_desc to take, wherever a line has them; split_lock_cpu_ids moved to bus_lock.c. */
const ARRAYS: readonly (readonly [file: string, name: string])[] = [
  [`${CPU}/common.c`, 'ppin_cpuids'],
  [`${CPU}/intel.c`, 'split_lock_cpu_ids'],
  [`${CPU}/bus_lock.c`, 'split_lock_cpu_ids'],
  [`${CPU}/intel.c`, 'zmm_exclusion_list'],
  ['arch/x86/crypto/aesni-intel_glue.c', 'zmm_exclusion_list'],
  [`${CPU}/intel_epb.c`, 'intel_epb_normal'],
  [`${CPU}/amd.c`, 'erratum_1386_microcode'],
  [`${CPU}/amd.c`, 'amd_tsa_microcode'],
  [`${CPU}/amd.c`, 'amd_zenbleed_microcode'],
  [`${CPU}/amd.c`, 'zen5_rdseed_microcode'],
  [`${CPU}/resctrl/monitor.c`, 'snc_cpu_ids'],
  ['arch/x86/kernel/tsc_msr.c', 'tsc_msr_cpu_ids'],
  ['arch/x86/kernel/smpboot.c', 'intel_cod_cpu'],
  ['arch/x86/kernel/apic/apic.c', 'deadline_match'],
  ['arch/x86/mm/init.c', 'invlpg_miss_ids'],
  ['arch/x86/kvm/pmu.c', 'vmx_icl_pebs_cpu'],
  ['arch/x86/kvm/pmu.c', 'vmx_pebs_pdir_cpu'],
  ['arch/x86/kvm/pmu.c', 'vmx_pebs_pdist_cpu'],
  ['arch/x86/events/intel/core.c', 'isolation_ucodes'],
  ['arch/x86/events/intel/core.c', 'pebs_ucodes'],
];

/** Older lines keep the minimum revisions of a Zen stepping in a switch over `revision >> 8`: under the later line's table name. */
const PATCH_SWITCHES: readonly (readonly [func: string, name: string])[] = [
  ['amd_check_tsa_microcode', 'amd_tsa_microcode'],
  ['check_rdseed_microcode', 'zen5_rdseed_microcode'],
];

/**
 * Reads the lists of models outside of the vulnerability lists that decide features, bugs or revisions.
 * @param read the kernel tree
 * @returns the tables a line has, by their C name
 * @throws when a row of a table cannot be worked out
 */
export function extractMatchTables(read: ReadSource): Readonly<Record<string, readonly CpuRevisionRow[]>> {
  const tables: Record<string, readonly CpuRevisionRow[]> = {};
  for (const [file, name] of ARRAYS) {
    const found = read(file) === null ? null : matchRows(matchSource(read, file), name);
    if (found !== null) tables[name] = revisionRows(found);
  }
  const amd = preprocess(needed(read, `${CPU}/amd.c`));
  for (const [func, name] of PATCH_SWITCHES) {
    const body = functionBody(amd, func);
    if (body !== null) tables[name] = switchCases(body).map(({ first, result }) => [zenPatchMatch(first), resultNumber(result)]);
  }
  const zenbleed = functionBody(amd, 'cpu_has_zenbleed_microcode');
  if (zenbleed !== null) tables.amd_zenbleed_microcode = zenbleedRows(zenbleed);
  return tables;
}

/** The CPU a Zen patch is for, read out of its revision without the last byte (asm/cpu.h union zen_patch_rev). */
function zenPatchMatch(patch: number): CpuMatch {
  return { ...AMD, family: 0xf + (patch >>> 16), model: (((patch >>> 12) & 0xf) << 4) | ((patch >>> 4) & 0xf), steppings: 1 << (patch & 0xf) };
}

const AMD: CpuMatch = { vendor: 'AMD', family: null, model: null, steppings: null, feature: null, type: null };

/** The function runs on Zen 2 only, so every case is of family 0x17; a range of models becomes a row each. */
function zenbleedRows(body: string): CpuRevisionRow[] {
  return switchCases(body).flatMap(({ first, last, result }) =>
    Array.from({ length: last - first + 1 }, (_, i): CpuRevisionRow => [{ ...AMD, family: 0x17, model: first + i }, resultNumber(result)]),
  );
}

function resultNumber(result: string): number {
  const value = evaluate(/= ?(\w+) ?;/.exec(result)?.[1] ?? '');
  if (value === null) throw new Error(`no revision: ${result}`);
  return value;
}

/** Functions that switch over models: which file, which function, and the family their models belong to. */
const RANGES: readonly (readonly [file: string, func: string, family: number])[] = [
  [`${CPU}/amd.c`, 'bsp_init_amd', 0],
  [`${CPU}/amd.c`, 'init_amd_zen4', 0x19],
  [`${CPU}/bugs.c`, 'override_cache_bits', 6],
  [`${CPU}/intel.c`, 'check_memory_type_self_snoop_errata', 6],
  [`${CPU}/intel.c`, 'probe_xeon_phi_r3mwait', 6],
  [`${CPU}/intel.c`, 'early_init_intel', 6],
];

/**
 * Reads the model lists that a line writes as a switch, or (6.1, AMD errata) as ranges.
 * @param read the kernel tree
 * @returns rows by the name of the function or of the erratum's array
 */
export function extractModelRanges(read: ReadSource): Readonly<Record<string, readonly ModelRangeRow[]>> {
  const macros = matchMacros(read);
  const tables: Record<string, readonly ModelRangeRow[]> = {};
  for (const [file, name, family] of RANGES) {
    const source = preprocess(needed(read, file), macros);
    const body = functionBody(source, name);
    const cases =
      body === null ? [] : switchCases(body, source.macros).filter((found) => found.selector.includes('x86_model') || found.selector.includes('x86_vfm'));
    if (cases.length > 0) {
      tables[name] = cases.map((found) => [found.outer ?? family, (found.first & 0xff) << 4, ((found.last & 0xff) << 4) | 0xf, featureSet(found.result)]);
    }
  }
  return { ...tables, ...amdErrata(preprocess(needed(read, `${CPU}/amd.c`))) };
}

function featureSet(result: string): string | null {
  return /X86_FEATURE_(\w+)/.exec(result)?.[1] ?? null;
}

/** `static const int amd_x[] = AMD_..._ERRATUM(... AMD_MODEL_RANGE(family, model, stepping, model, stepping) ...)` of 6.1. */
function amdErrata(source: CSource): Record<string, readonly ModelRangeRow[]> {
  const tables: Record<string, readonly ModelRangeRow[]> = {};
  for (const [, name = '', list = ''] of source.text.matchAll(/static const int (amd_\w+)\[\]\s*=\s*(AMD_\w+_ERRATUM\([\s\S]*?);/g)) {
    tables[name] = [...list.matchAll(/AMD_MODEL_RANGE\(([^)]*)\)/g)].map((range): ModelRangeRow => {
      const [family = 0, model = 0, stepping = 0, lastModel = 0, lastStepping = 0] = (range[1] ?? '')
        .split(',')
        .map((text) => evaluate(tokenize(text)) ?? Number.NaN);
      return [family, (model << 4) | stepping, (lastModel << 4) | lastStepping, null];
    });
  }
  return tables;
}
