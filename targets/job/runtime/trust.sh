# --- Ownership: nothing that another user could have written is used ---

# own_place PATH [shared]: sets REPLY to PATH or, if that is another user's, to PATH-USER with this user's number: the first
# user of a folder of submission has created `crflow-state` in it, for himself alone. `shared`: a folder in which this user may
# create folders is also fine.
own_place() {
  REPLY=$1
  if [[ -O $1-$user ]]; then
    REPLY=$1-$user
  elif [[ -e $1 && ! -O $1 ]] && ! { [[ ${2-} == shared && -w $1 && -x $1 ]]; } && [[ ${looking-} != yes || ! -x $1 ]]; then
    REPLY=$1-$user
  fi
}

# guard_folders: checks that the folders of this flow's runs and of this run, and everything in them, belong to this user, and that
# nobody else can put anything there. Sets `wrong` if not.
guard_folders() {
  local folder foreign
  # In a folder that everybody can write to, anybody can replace this user's folder.
  foreign=$(find -L "$state_root" -maxdepth 0 -perm -002 ! -perm -1000)
  wrong="everybody can write to $state_root, and could replace this run's folder: use chmod o-w, or chmod +t"
  [[ -z $foreign ]] || return
  for folder in "$state" "$run"; do
    wrong="$folder belongs to somebody else, so it is not used"
    [[ -O $folder ]] || return
    wrong="others can write to $folder, and that cannot be changed"
    chmod go-rwx "$folder" || return
  done
  foreign=$(find "$run" ! -user "$user" -print -quit)
  wrong="$foreign belongs to somebody else, so nothing in $run is used"
  [[ -z $foreign ]]
}

# keep_script: sets script to a copy of this file in the run's folder. It is never overwritten, because a restored shell may still be
# reading it. All runs of the same script share one file by hard links, if possible.
keep_script() {
  local script_name shared
  script_name=job-$(cksum <"$0" | tr ' ' -)
  script=$run/$script_name.sbatch shared=$state/.scripts/$script_name.sbatch
  if [[ -e $script ]] && ! is_this_script "$script"; then
    say "$script is not what was submitted, and is not used"
    script=$run/$script_name-$attempt.sbatch
  fi
  if is_this_script "$script"; then return; fi
  if ! is_this_script "$shared"; then
    (umask 077 && mkdir -p "${shared%/*}" && cp "$0" "$shared.$run_id" && mv -f "$shared.$run_id" "$shared") 2>/dev/null
  fi
  if is_this_script "$shared" && ln -f "$shared" "$script" 2>/dev/null; then return; fi
  (umask 077 && cp "$0" "$script.tmp" && mv -f "$script.tmp" "$script") && is_this_script "$script"
}

# Only the script that was submitted is ever run.
is_this_script() { [[ -f $1 && -O $1 && ! -L $1 ]] && cmp -s "$0" "$1"; }
