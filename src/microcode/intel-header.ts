import { u32 } from './words.ts';

export const INTEL_HEADER_SIZE = 48;
export const INTEL_TABLE_HEADER_SIZE = 20;
export const INTEL_TABLE_ENTRY_SIZE = 12;
const DEFAULT_DATA_SIZE = 2000;

/** Header type of an update; 2 is an In-Field Scan image, which has the same header. */
export const INTEL_UPDATE_TYPE = 1;
export const INTEL_SCAN_TYPE = 2;

/** The 48 bytes in front of every Intel update, sizes resolved: a stored data size of 0 means 2000, and 2048 in total. */
export interface IntelHeader {
  readonly headerVersion: number;
  readonly revision: number;
  readonly dateField: number;
  readonly signature: number;
  readonly checksumField: number;
  readonly loaderVersion: number;
  readonly platformFlags: number;
  readonly dataSize: number;
  readonly totalSize: number;
  readonly metaSize: number;
  readonly minRevision: number;
}

/**
 * Reads an Intel header.
 * @param bytes the file
 * @param offset where the header starts; bytes past the end read as 0
 * @returns its fields
 * @source asm/microcode.h struct microcode_header_intel, intel_microcode_get_datasize(); cpu/microcode/intel.c get_totalsize()
 */
export function readIntelHeader(bytes: Uint8Array, offset: number): IntelHeader {
  const storedDataSize = u32(bytes, offset + 28);
  return {
    headerVersion: u32(bytes, offset),
    revision: u32(bytes, offset + 4),
    dateField: u32(bytes, offset + 8),
    signature: u32(bytes, offset + 12),
    checksumField: u32(bytes, offset + 16),
    loaderVersion: u32(bytes, offset + 20),
    platformFlags: u32(bytes, offset + 24),
    dataSize: storedDataSize === 0 ? DEFAULT_DATA_SIZE : storedDataSize,
    totalSize: storedDataSize === 0 ? DEFAULT_DATA_SIZE + INTEL_HEADER_SIZE : u32(bytes, offset + 32),
    metaSize: u32(bytes, offset + 36),
    minRevision: u32(bytes, offset + 40),
  };
}
