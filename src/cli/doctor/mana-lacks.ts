/**
 * The functions of MPI that MANA 1.4.0 does not have: a rank that calls one is ended with 99. Source: the names in its
 * mpi-proxy-split/mpi-wrappers/mpi_unimplemented_wrappers.cpp. To have a function is not to call it.
 */
export const MANA_LACKS: ReadonlySet<string> = new Set(
  `
Accumulate Add_error_class Add_error_code Add_error_string Address Alltoallw Bsend Bsend_init Buffer_attach
Buffer_detach Cancel Close_port Comm_accept Comm_call_errhandler Comm_connect Comm_create_errhandler Comm_disconnect
Comm_dup_with_info Comm_get_errhandler Comm_get_info Comm_get_name Comm_get_parent Comm_idup Comm_join Comm_remote_group
Comm_remote_size Comm_set_info Comm_set_name Comm_spawn Comm_spawn_multiple Comm_test_inter Compare_and_swap
Dist_graph_create Dist_graph_create_adjacent Dist_graph_neighbors Dist_graph_neighbors_count Errhandler_create
Errhandler_free Errhandler_get Errhandler_set Exscan Fetch_and_op File_call_errhandler File_create_errhandler
File_get_amode File_get_byte_offset File_get_group File_get_info File_get_position_shared File_get_type_extent
File_iread File_iread_all File_iread_at File_iread_at_all File_iread_shared File_iwrite File_iwrite_all File_iwrite_at
File_iwrite_at_all File_iwrite_shared File_preallocate File_read_all_begin File_read_all_end File_read_at_all_begin
File_read_at_all_end File_read_ordered File_read_ordered_begin File_read_ordered_end File_read_shared File_seek_shared
File_set_info File_write_all_begin File_write_all_end File_write_at_all_begin File_write_at_all_end File_write_ordered
File_write_ordered_begin File_write_ordered_end File_write_shared Get Get_accumulate Get_version Graph_create Graph_get
Graph_map Graph_neighbors Graph_neighbors_count Graphdims_get Grequest_complete Grequest_start Group_difference
Group_excl Group_intersection Group_range_excl Group_range_incl Group_union Iallgather Iallgatherv Iallreduce Ialltoall
Ialltoallv Ialltoallw Ibsend Iexscan Igather Igatherv Improbe Imrecv Ineighbor_allgather Ineighbor_allgatherv
Ineighbor_alltoall Ineighbor_alltoallv Ineighbor_alltoallw Info_create Info_delete Info_dup Info_free Info_get
Info_get_nkeys Info_get_nthkey Info_get_valuelen Info_set Intercomm_create Intercomm_merge Ireduce_scatter
Ireduce_scatter_block Irsend Is_thread_main Iscan Iscatter Iscatterv Issend Keyval_create Keyval_free Lookup_name Mprobe
Mrecv Neighbor_allgather Neighbor_allgatherv Neighbor_alltoall Neighbor_alltoallv Neighbor_alltoallw Op_commutative
Open_port Pack_external Pack_external_size Publish_name Put Query_thread Raccumulate Recv_init Reduce_scatter_block
Register_datarep Request_free Rget Rget_accumulate Rput Rsend_init Send_init Ssend Ssend_init Start Startall
Status_set_cancelled Status_set_elements Status_set_elements_x Test_cancelled Testsome Type_create_darray
Type_create_f90_complex Type_create_f90_integer Type_create_f90_real Type_create_indexed_block Type_create_keyval
Type_create_subarray Type_delete_attr Type_extent Type_free_keyval Type_get_attr Type_get_contents Type_get_envelope
Type_get_extent_x Type_get_true_extent Type_get_true_extent_x Type_lb Type_match_size Type_set_attr Type_set_name
Type_ub Unpack Unpack_external Unpublish_name Waitsome Win_allocate Win_allocate_shared Win_attach Win_call_errhandler
Win_complete Win_create Win_create_dynamic Win_create_errhandler Win_create_keyval Win_delete_attr Win_detach Win_fence
Win_flush Win_flush_all Win_flush_local Win_flush_local_all Win_free Win_free_keyval Win_get_attr Win_get_errhandler
Win_get_group Win_get_info Win_get_name Win_lock Win_lock_all Win_post Win_set_attr Win_set_errhandler Win_set_info
Win_set_name Win_shared_query Win_start Win_sync Win_test Win_unlock Win_unlock_all Win_wait Wtick
`
    .trim()
    .split(/\s+/)
    .map((name) => `MPI_${name}`),
);

/** Does a program or a library look up this function of MPI when it is loaded, in C or Fortran? */
const looksUp = (given: ReadonlySet<string>, name: string) =>
  given.has(name) || given.has(`${name.toLowerCase()}_`);

/** Those that MANA lacks among the names that a program and its libraries look up. */
export function lackedBy(names: ReadonlySet<string>): readonly string[] {
  return [...MANA_LACKS].filter((name) => looksUp(names, name));
}

/**
 * At a restore, MANA 1.4.0 repeats each MPI_Cart_shift and MPI_Cart_map. If the program has freed the communicator, as LAMMPS does, the
 * ranks hang (measured; source: restoreCarts in its record-replay.cpp).
 */
export function repeatedFor(names: ReadonlySet<string>): readonly string[] {
  if (!looksUp(names, 'MPI_Comm_free')) return [];
  return ['MPI_Cart_map', 'MPI_Cart_shift'].filter((name) => looksUp(names, name));
}
