# What the proofs share. Given before it (proof.sh): d, the folder of the proof, which is the working directory too.
d=${d:?}

say() { printf '%s\n' "$*"; } # what comes from elsewhere may hold backslashes, which dash's echo would read
now() { date +%s%3N; }
seconds() { say "$(($1 / 1000)).$(($1 % 1000 / 100)) s"; }
