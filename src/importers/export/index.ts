import type { Exporter } from './types.ts';

export type { Exporter } from './types.ts';

export interface ExporterEntry {
  readonly id: string;
  readonly title: string;
  readonly load: () => Promise<Exporter>;
}

/** Every format that a profile can be written in; each is loaded when it is asked for. */
export const exporters: readonly ExporterEntry[] = [
  { id: 'cpuid', title: 'cpuid -r text', load: async () => (await import('./cpuid-text.ts')).cpuidText },
  { id: 'libvirt', title: 'libvirt CPU data XML', load: async () => (await import('./libvirt-xml.ts')).libvirtXml },
];
