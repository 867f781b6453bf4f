# SPDX-License-Identifier: GPL-3.0-or-later
# fish completion for jailctl(1)

set -l verbs run attach service detach stop list show ps stats log pending decide memory inject inspect rule rules syscalls doctor
set -l actions 'allow abort notify allow-forever abort-forever return=0 abort=EACCES'

function __jailctl_jails
    jailctl list --json 2>/dev/null | string replace -rf '.*"id":([0-9]+).*' '$1'
end
function __jailctl_ids
    jailctl pending --no-color 2>/dev/null | string replace -rf '^([0-9]+\.[0-9]+) .*' '$1'
end
function __jailctl_presets
    jailctl rules list --no-color 2>/dev/null | tail -n +2 | string replace -r ' .*' ''
end
function __jailctl_services
    path basename /etc/seccomp-jail/*.json 2>/dev/null | string match -v '*.jail.json' | string replace .json ''
end
function __jailctl_calls
    jailctl syscalls --names 2>/dev/null
end
function __jailctl_verb
    __fish_seen_subcommand_from $argv
end

complete -c jailctl -f
complete -c jailctl -l json -d 'for machines'
complete -c jailctl -l no-color -d 'no colours'
complete -c jailctl -l user -d 'the private daemon'
complete -c jailctl -l system -d 'the system service'
complete -c jailctl -s H -l host -x -d 'another machine'
complete -c jailctl -s h -l help -d help
complete -c jailctl -n "not __jailctl_verb $verbs" -a "$verbs"
complete -c jailctl -n '__jailctl_verb run service' -a '(__fish_complete_subcommand)'
complete -c jailctl -n '__jailctl_verb run attach service' -l rules -r -F -a '(__jailctl_presets)'
complete -c jailctl -n '__jailctl_verb run attach service' -l default -x -a "$actions"
complete -c jailctl -n '__jailctl_verb run attach service' -l rule -x -a '(__jailctl_calls)='
complete -c jailctl -n '__jailctl_verb run attach' -l ask -x -a 'terminal desktop none'
complete -c jailctl -n '__jailctl_verb run attach service' -l log -r -F
complete -c jailctl -n '__jailctl_verb run' -l summary
complete -c jailctl -n '__jailctl_verb service' -l config -r -F -a '(__jailctl_services)'
complete -c jailctl -n '__jailctl_verb service' -l check
complete -c jailctl -n '__jailctl_verb service' -l stop -x
complete -c jailctl -n '__jailctl_verb service' -l as -x -a '(__fish_complete_users)'
complete -c jailctl -n '__jailctl_verb run' -l no-wait
complete -c jailctl -n '__jailctl_verb show ps stats log stop detach pending rule' -a '(__jailctl_jails)'
complete -c jailctl -n '__jailctl_verb log pending' -s f -l follow
complete -c jailctl -n '__jailctl_verb log' -l call -x -a '(__jailctl_calls)'
complete -c jailctl -n '__jailctl_verb list' -l all
complete -c jailctl -n '__jailctl_verb log' -l pid -x
complete -c jailctl -n '__jailctl_verb log' -l action -x -a 'allow abort return interrupt'
complete -c jailctl -n '__jailctl_verb memory' -l raw
complete -c jailctl -n '__jailctl_verb memory' -l string
complete -c jailctl -n '__jailctl_verb memory' -l write -x
complete -c jailctl -n '__jailctl_verb inspect' -l what -x -a 'registers stack maps descriptors signals'
complete -c jailctl -n '__jailctl_verb rule' -l position -x
complete -c jailctl -n '__jailctl_verb log' -l failed
complete -c jailctl -n '__jailctl_verb log' -s n -l last -x
complete -c jailctl -n '__jailctl_verb pending' -l ask
complete -c jailctl -n '__jailctl_verb decide' -a '(__jailctl_ids) allow abort abort=EACCES return=0 interrupt'
complete -c jailctl -n '__jailctl_verb decide' -l number -x -a '(__jailctl_calls)'
for option in arg field write after for uses
    complete -c jailctl -n '__jailctl_verb decide' -l $option -x
end
complete -c jailctl -n '__jailctl_verb decide' -l remember -a 'call image process children jail'
for option in values always preview
    complete -c jailctl -n '__jailctl_verb decide' -l $option
end
complete -c jailctl -n '__jailctl_verb rule' -a 'list set add remove move enable disable save (__jailctl_calls)'
complete -c jailctl -n '__jailctl_verb rules' -F -a 'list check new show import export apply (__jailctl_presets)'
complete -c jailctl -n '__jailctl_verb rules' -l to -x -a 'oci systemd'
complete -c jailctl -n '__jailctl_verb syscalls' -l names
complete -c jailctl -n '__jailctl_verb syscalls' -a '(__jailctl_calls)'
