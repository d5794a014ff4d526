/** The releases of DMTCP that an image can be given by their number: those that crc knows the commit of. */
export const DMTCP_RELEASES: readonly string[] = ['3.2.0', '4.0.0', '4.1.1', '4.2.0'];
