# --- Which part of this file to run ---

main() {
  know_user
  case ${1-} in
    inner_half) shift && inner_half "$@" ;;
    application) shift && application "$@" ;;
    listen) shift && listen "$@" ;;
    status) shift && status "$@" ;;
    clean) shift && clean "$@" ;;
    checkpoint | stop) ask_run "$1" "${2-}" ;;
    '' | resume | continue)
      # Called by hand in an allocation, it would start a run there.
      if ! is_batch_job; then
        printf 'This is a job script. To start a run: sbatch %s\n\n' "$0" >&2
        help >&2
        exit 2
      fi
      attempt "$@"
      ;;
    help | -h | --help) help ;;
    *)
      printf '%s: unknown command %s\n\n' "$0" "$1" >&2
      help >&2
      exit 2
      ;;
  esac
}

# bash reads a script while it runs it. The braces make it read everything first, so that it never returns to the file.
{
  main "$@"
  exit
}
