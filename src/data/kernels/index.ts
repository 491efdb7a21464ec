import type { KernelLine } from './types.ts';

/**
 * The modelled kernel lines, oldest first. Only this list is loaded at start: the tables are 100 KB a line, and a run
 * needs one of them.
 */
export const kernelLines: readonly KernelLine[] = [
  {
    line: '6.1',
    release: '6.1.176',
    builds: ['6.1.0-50-amd64', '6.1.0-50-cloud-amd64', '6.1.176-oracle'],
    load: () => import('./6.1/index.ts'),
    loadKvm: () => import('./6.1/kvm.ts'),
  },
  {
    line: '6.12',
    release: '6.12.107',
    builds: ['6.12.107+deb13-amd64', '6.12.107+deb13-cloud-amd64', '6.12.107-oracle'],
    load: () => import('./6.12/index.ts'),
    loadKvm: () => import('./6.12/kvm.ts'),
  },
  {
    line: '7.2',
    release: '7.2.13',
    builds: ['7.2.13+deb14-amd64', '7.2.13+deb14-cloud-amd64', '7.2.13-oracle'],
    load: () => import('./7.2/index.ts'),
    loadKvm: () => import('./7.2/kvm.ts'),
  },
];
