/** The public repository, from which the releases below are fetched. */
export const dmtcpRepository = 'https://github.com/dmtcp/dmtcp.git';
