import { parseHex32 } from '../base/hex.ts';
import type { Result } from '../base/problem.ts';
import type { CpuidRow, Profile } from '../data/contract/profile.ts';
import type { LoaderCpu } from './verdict.ts';

/** CPUID leaf 0 EBX tells the two vendors apart whose microcode Linux loads. */
const VENDORS: ReadonlyMap<number, LoaderCpu['vendor']> = new Map([
  [0x756e6547, 'GenuineIntel'],
  [0x68747541, 'AuthenticAMD'],
]);

/**
 * Takes from a profile what the loader looks at.
 * @param profile a validated profile
 * @returns the CPU, or a problem where leaf 0 or 1 is missing, or Linux has no loader for the vendor
 * @source cpu/microcode/intel.c intel_collect_cpu_info(), calc_llc_size_per_core()
 */
export function loaderCpu(profile: Profile): Result<LoaderCpu> {
  const row = (leaf: number): CpuidRow | undefined => profile.cpuid.find((each) => parseHex32(each.leaf) === leaf);
  const vendor = VENDORS.get(parseHex32(row(0)?.ebx ?? '') ?? 0);
  const signature = parseHex32(row(1)?.eax ?? '');
  const revision = parseHex32(profile.microcode.revision);
  if (vendor === undefined) return missing('$.cpuid', 'leaf 0 of an Intel or AMD CPU: Linux loads microcode into no other', 'another vendor or no leaf 0');
  if (signature === null || revision === null) return missing('$.cpuid', 'leaf 1 with the signature of the CPU', 'none');
  return {
    value: { vendor, signature, platformId: profile.microcode.platformId ?? null, revision, cacheBytesPerCore: cacheBytesPerCore(profile) },
    problems: [],
  };
}

function missing(path: string, expected: string, got: string): { value: null; problems: { code: string; path: string; expected: string; got: string }[] } {
  return { value: null, problems: [{ code: 'no-loader', path, expected, got }] };
}

/** The last cache level that leaf 4 lists, shared out to the cores of a package; null where either is unknown. */
function cacheBytesPerCore(profile: Profile): number | null {
  const cores = profile.topology?.coresPerPackage ?? coresFromLeafB(profile);
  const sizes = profile.cpuid.flatMap(({ leaf, eax, ebx, ecx }) => {
    const type = parseHex32(leaf) === 4 ? (parseHex32(eax) ?? 0) : 0;
    const geometry = parseHex32(ebx) ?? 0;
    if ((type & 0x1f) === 0) return [];
    const size = ((geometry >>> 22) + 1) * (((geometry >>> 12) & 0x3ff) + 1) * ((geometry & 0xfff) + 1) * ((parseHex32(ecx) ?? 0) + 1);
    return [{ level: (type >>> 5) & 7, size }];
  });
  const last = sizes.reduce((best, each) => (each.level > best.level ? each : best), { level: 0, size: 0 });
  return cores === null || last.level === 0 ? null : Math.floor(last.size / cores);
}

/** Leaf 0xB counts threads: of a core (type 1) and of a package (type 2). */
function coresFromLeafB(profile: Profile): number | null {
  const threads = (type: number): number => {
    const row = profile.cpuid.find(({ leaf, ecx }) => parseHex32(leaf) === 0xb && (((parseHex32(ecx) ?? 0) >>> 8) & 0xff) === type);
    return (parseHex32(row?.ebx ?? '') ?? 0) & 0xffff;
  };
  return threads(1) > 0 && threads(2) >= threads(1) ? Math.floor(threads(2) / threads(1)) : null;
}
