#!/usr/bin/env bash
# count-alone.sh LAST STEP_SECONDS [STATUS] [OPTION...]: what count.sh does, from one process where that can be had. DMTCP 4.1.1 was
# seen to bring a `sleep` back broken that was just being started at the checkpoint; that is worth knowing, and not what
# the tests that use this program ask. With the stand-in, two processes less for each number are most of what a run costs.
# COUNT_MIB is memory to hold, so that a checkpoint takes its time.
set -u
if ! command -v perl >/dev/null; then exec bash "${BASH_SOURCE[0]%-alone.sh}.sh" "$@"; fi
exec perl -e '
  my ($last, $step, $status, %option) = map { split /=/, $_, 2 } @ARGV[0, 1], $ARGV[2] // 0, @ARGV[3 .. $#ARGV];
  my ($counter, $offset, $memory) = (0, 0, $ENV{DMTCP_STANDIN_MEMORY});
  $| = 1;
  sub pause { select undef, undef, undef, $_[0] }
  sub half_way {
    my ($hang, $hold) = ($option{hang}, $option{hold} // $ENV{COUNT_GATE});
    if ($hang && !-e $hang) {
      open my $trace, ">", $hang;
      close $trace;
      sleep 1 while 1;
    }
    while ($hold && !-e $hold) { pause(0.1) }
  }
  # In place, and not emptied first, as in count.sh.
  sub add {
    my ($file) = @_;
    my ($done, $value) = (0, 0);
    if (open my $old, "<", $file) { ($done, $value) = split " ", <$old>; }
    exit 9 if $done > $counter;
    return if $done == $counter;
    open my $new, -e $file ? "+<" : ">", $file;
    print $new "$counter ", $value + $counter, "\n";
  }
  sub remember {
    open my $new, ">", "$memory.tmp";
    print $new "$counter $offset $$\n";
    close $new and rename "$memory.tmp", $memory;
  }
  my $ballast = "x" x (($ENV{COUNT_MIB} // 0) << 20);
  $SIG{TERM} = sub { exit 0 } if $ENV{COUNT_TERM};
  if ($memory && -s $memory) {
    open my $old, "<", $memory;
    ($counter, $offset) = split " ", <$old>;
    truncate STDOUT, $offset if -f STDOUT;
    remember();
    pause($step) if $counter < $last;
  }
  while ($counter < $last) {
    half_way() if $counter == int($last / 2);
    print ++$counter, "\n";
    add($option{sum}) if $option{sum};
    if ($option{witness}) {
      open my $file, ">", "$option{witness}/$counter";
      $last = $counter if -e "$option{witness}/go" and $counter % 10 == 0;
    }
    if ($memory) {
      $offset = sysseek STDOUT, 0, 1 or $offset;
      $offset = 0 + $offset;
      remember();
    }
    pause($step) if $counter < $last;
  }
  exit $status' "$@"
