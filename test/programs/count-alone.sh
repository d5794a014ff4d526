#!/usr/bin/env bash
# count-alone.sh LAST STEP_SECONDS [STATUS] [OPTION...]: what count.sh does, from one process where that can be had. DMTCP 4.1.1 was
# seen to bring a `sleep` back broken that was just being started at the checkpoint; that is worth knowing, and not what
# the tests that use this program ask. With the stand-in, which needs its help, it is count.sh.
# COUNT_MIB is memory to hold, so that a checkpoint takes its time.
set -u
if [[ -n ${DMTCP_STANDIN_MEMORY-} ]] || ! command -v perl >/dev/null; then
  exec bash "${BASH_SOURCE[0]%-alone.sh}.sh" "$@"
fi
exec perl -e '
  my ($last, $step, $status, %option) = map { split /=/, $_, 2 } @ARGV[0, 1], $ARGV[2] // 0, @ARGV[3 .. $#ARGV];
  $| = 1;
  sub half_way {
    my ($hang, $hold) = ($option{hang}, $option{hold} // $ENV{COUNT_GATE});
    if ($hang && !-e $hang) {
      open my $trace, ">", $hang;
      close $trace;
      sleep 1 while 1;
    }
    while ($hold && !-e $hold) { select undef, undef, undef, 0.1 }
  }
  sub add {
    my ($file, $counter) = @_;
    my ($done, $value) = (0, 0);
    if (open my $old, "<", $file) { ($done, $value) = split " ", <$old>; }
    exit 9 if $done > $counter;
    open my $new, ">", $file;
    print $new "$counter ", $value + $counter, "\n";
  }
  my $ballast = "x" x (($ENV{COUNT_MIB} // 0) << 20);
  $SIG{TERM} = sub { exit 0 } if $ENV{COUNT_TERM};
  for my $counter (1 .. $last) {
    half_way() if $counter - 1 == int($last / 2);
    print "$counter\n";
    add($option{sum}, $counter) if $option{sum};
    if ($option{witness}) { open my $file, ">", "$option{witness}/$counter"; }
    last if $option{witness} and -e "$option{witness}/go" and $counter % 10 == 0;
    select undef, undef, undef, $step if $counter < $last;
  }
  exit($status)' "$@"
