# --- Whose files these are: nothing that somebody else could have written is used ---

# own_place PATH [shared]: sets REPLY to PATH, or to PATH-USER, with this user's number, where PATH is another user's: the first
# user of a folder of submission has made `crflow-state` there, for himself alone. `shared`: one where this user may make folders
# will do, too.
own_place() {
  REPLY=$1
  if [[ -O $1-$user ]]; then
    REPLY=$1-$user
  elif [[ -e $1 && ! -O $1 ]] && ! { [[ ${2-} == shared && -w $1 && -x $1 ]]; } && [[ ${looking-} != yes || ! -x $1 ]]; then
    REPLY=$1-$user
  fi
}

# guard_folders: the folder of this flow's runs, and this run's, are ours, with all that is in them, and nobody else can put
# anything there. Says in `wrong` what is not so.
guard_folders() {
  local folder foreign
  # In a folder that all may write to, anybody can put another in the place of ours.
  foreign=$(find -L "$state_root" -maxdepth 0 -perm -002 ! -perm -1000)
  wrong="everybody can write to $state_root, and could put another folder in the place of this run's: chmod o-w, or +t, helps"
  [[ -z $foreign ]] || return
  for folder in "$state" "$run"; do
    wrong="$folder belongs to somebody else, and is not used"
    [[ -O $folder ]] || return
    wrong="others can write to $folder, and that cannot be changed"
    chmod go-rwx "$folder" || return
  done
  foreign=$(find "$run" ! -user "$user" -print -quit)
  wrong="$foreign belongs to somebody else, and none of $run is used"
  [[ -z $foreign ]]
}

# keep_script: sets script to a copy of this file in the run's folder, never overwritten, for a restored shell may still be
# reading it. All runs of the same script share one file, by a hard link, where there are any.
keep_script() {
  local name_of_it shared
  name_of_it=job-$(cksum <"$0" | tr ' ' -)
  script=$run/$name_of_it.sbatch shared=$state/.scripts/$name_of_it.sbatch
  if [[ -e $script ]] && ! is_this_script "$script"; then
    say "$script is not what was submitted, and is not used"
    script=$run/$name_of_it-$attempt.sbatch
  fi
  if is_this_script "$script"; then return; fi
  if ! is_this_script "$shared"; then
    (umask 077 && mkdir -p "${shared%/*}" && cp "$0" "$shared.$run_id" && mv -f "$shared.$run_id" "$shared") 2>/dev/null
  fi
  if is_this_script "$shared" && ln -f "$shared" "$script" 2>/dev/null; then return; fi
  (umask 077 && cp "$0" "$script.tmp" && mv -f "$script.tmp" "$script") && is_this_script "$script"
}

# Nothing but what was submitted is ever run.
is_this_script() { [[ -f $1 && -O $1 && ! -L $1 ]] && cmp -s "$0" "$1"; }
