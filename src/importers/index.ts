import { isBinary } from './core/text.ts';
import type { Importer, ImportInput } from './types.ts';

export type { Importer, ImportFile, ImportInput, ImportOutcome } from './types.ts';

export interface ImporterEntry {
  /** What `--from` takes. */
  readonly id: string;
  /** What a person calls the format. */
  readonly title: string;
  /** The registers are rebuilt from names: profiles are marked partial. */
  readonly partial: boolean;
  readonly load: () => Promise<Importer>;
}

/** Every format that can be imported, the surest first; each is loaded when it is asked for. */
export const importers: readonly ImporterEntry[] = [
  { id: 'cpuid', title: 'cpuid -r (etallen), one CPU or all', partial: false, load: async () => (await import('./etallen.ts')).etallen },
  { id: 'kcpuid', title: 'kcpuid -r (kernel tools)', partial: false, load: async () => (await import('./kcpuid.ts')).kcpuid },
  { id: 'aida64', title: 'AIDA64 / InstLatx64 text', partial: false, load: async () => (await import('./aida64.ts')).aida64 },
  { id: 'libcpuid', title: 'libcpuid raw dump', partial: false, load: async () => (await import('./libcpuid.ts')).libcpuid },
  { id: 'hwloc', title: 'hwloc x86 dump: folder or tar.bz2', partial: false, load: async () => (await import('./hwloc.ts')).hwloc },
  { id: 'libvirt', title: 'libvirt CPU data XML', partial: false, load: async () => (await import('./libvirt-xml.ts')).libvirtXml },
  { id: 'rjcp', title: 'RJCP CpuId XML', partial: false, load: async () => (await import('./rjcp-xml.ts')).rjcpXml },
  { id: 'firecracker', title: 'Firecracker fingerprint or CPU template', partial: false, load: async () => (await import('./firecracker.ts')).firecracker },
  { id: 'qemu', title: 'QEMU query-cpu-model-expansion JSON', partial: true, load: async () => (await import('./qemu-json.ts')).qemuJson },
  { id: 'virsh', title: 'virsh capabilities or domcapabilities XML', partial: true, load: async () => (await import('./virsh.ts')).virsh },
  { id: 'lscpu', title: 'lscpu or lscpu -J', partial: true, load: async () => (await import('./lscpu.ts')).lscpu },
  { id: 'proc', title: '/proc/cpuinfo, alone or with a /sys tree', partial: true, load: async () => (await import('./proc.ts')).proc },
];

/** A guess below this is no guess. */
const SURE_ENOUGH = 0.4;

/**
 * Finds the format of an input by its content.
 * @param input the file or the files that belong together
 * @returns the importer that is surest, or null when none is
 */
export async function detectImporter(input: ImportInput): Promise<Importer | null> {
  if (input.files.every(isBinary)) return null;
  let best: Importer | null = null;
  let surest = SURE_ENOUGH;
  for (const entry of importers) {
    const importer = await entry.load();
    const confidence = importer.detect(input);
    if (confidence < surest || (best && confidence === surest)) continue;
    best = importer;
    surest = confidence;
    if (confidence >= 0.95) break;
  }
  return best;
}
