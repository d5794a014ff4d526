# --- Who is connected to the coordinator ---

# Anybody on this node, and often beyond it, can connect to DMTCP's coordinator, which does not authenticate: he could end the
# computation, or have his own images listed. If somebody does connect, the computation is ended and restored.
refuse_foreign_peers() {
  if [[ -n ${port-} ]] && foreign_peer; then attacked "$foreign is connected to DMTCP's coordinator"; fi
}

attacked() {
  journal foreign_peer why "$1"
  conclude lost "$1: the computation cannot be trusted any more"
}

# Sets foreign to the other end of a connection to the coordinator's port, if it is not this user. The kernel knows the owner of
# a connection that begins on this host; any other connection is checked twice, because it may just be ending.
foreign_peer() {
  local -A owners
  local round line all lines end absent first=''
  printf -v end ':%04X ' "$port"
  for round in 1 2; do
    [[ -r /proc/net/tcp ]] || return
    mapfile -t all </proc/net/tcp
    owners=() absent='' lines=()
    # A node can have thousands of connections, and splitting lines is slow.
    for line in ${all[@]+"${all[@]}"}; do
      if [[ $line == *"$end"* ]]; then lines+=("$line"); fi
    done
    for line in ${lines[@]+"${lines[@]}"}; do note_owner "$line"; done
    for line in ${lines[@]+"${lines[@]}"}; do
      is_at_port "$line" 1 || continue
      foreign=${owners["$REPLY"]-}
      if [[ -z $foreign ]]; then
        absent+=" $REPLY"
      elif [[ $foreign != "$user" ]]; then
        foreign="user $foreign"
        return
      fi
    done
    foreign='another host'
    for line in $absent; do
      if ((round == 2)) && [[ " $first " == *" $line "* ]]; then return; fi
    done
    first=$absent
    [[ -n $absent ]] || return 1
    ((round == 2)) || sleep 1
  done
  return 1
}

# is_at_port LINE 1|2: an established connection in /proc/net/tcp whose local (1) or remote (2) port is the coordinator's. Sets
# REPLY to its other end, and owner.
is_at_port() {
  local fields
  read -ra fields <<<"$1"
  [[ ${fields[3]-} == 01 ]] || return
  REPLY=${fields[3 - $2]} owner=${fields[7]-}
  [[ "${fields[$2]} " == *"$end" ]]
}

note_owner() { if is_at_port "$1" 2; then owners["$REPLY"]=$owner; fi; }
