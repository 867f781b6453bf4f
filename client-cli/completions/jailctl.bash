# SPDX-License-Identifier: GPL-3.0-or-later
# bash completion for jailctl(1)

_jailctl_verbs='run attach service detach stop list show ps stats log pending decide memory inject inspect rule rules syscalls doctor'
_jailctl_common='--json --no-color --user --system --host --help'

_jailctl_ask() { jailctl "$@" 2>/dev/null; }
_jailctl_jails() { _jailctl_ask list --json | sed -n 's/.*"id":\([0-9]*\).*/\1/p'; }
_jailctl_ids() { _jailctl_ask pending --no-color | sed -n 's/^\([0-9]*\.[0-9]*\) .*/\1/p'; }
_jailctl_presets() { _jailctl_ask rules list --no-color | sed -n '2,$s/ .*//p'; }
_jailctl_services() { ls /etc/seccomp-jail 2>/dev/null | sed -n '/\.jail\.json$/d; s/\.json$//p'; }
_jailctl_calls() { _jailctl_ask syscalls --names; }

_jailctl_options() {
        case $1 in
        run) echo --rules --default --rule --ask --log --summary --no-wait ;;
        attach) echo --rules --default --rule --ask --log ;;
        service) echo --config --check --stop --as --rules --default --rule --log ;;
        list) echo --all ;;
        log) echo --follow --call --pid --action --failed --last ;;
        pending) echo --follow --ask ;;
        decide) echo --number --arg --field --write --after --remember --values --for --uses --always --preview ;;
        memory) echo --raw --string --write ;;
        inspect) echo --what ;;
        rule) echo --position ;;
        rules) echo --to ;;
        syscalls) echo --names ;;
        esac
}

# Where the program of `run` and `service` stands, behind their options; nothing when it has not come.
_jailctl_program() {
        local i
        for ((i = $1 + 1; i < COMP_CWORD; i++)); do
                case ${COMP_WORDS[i]} in
                --rules | --default | --rule | --ask | --log | --config | --as | --stop | --host | -H) ((i++)) ;;
                --) ((i + 1 < COMP_CWORD)) && echo $((i + 1)); return ;;
                -*) ;;
                *) echo "$i"; return ;;
                esac
        done
}

_jailctl() {
        local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} verb='' i at=0 program=''
        local actions='allow abort notify allow-forever abort-forever return=0 abort=EACCES'

        COMPREPLY=()
        for ((i = 1; i < COMP_CWORD; i++)); do
                case ${COMP_WORDS[i]} in
                -H | --host) ((i++)) ;;
                -*) ;;
                *) verb=${COMP_WORDS[i]} at=$i; break ;;
                esac
        done
        [[ $verb == run || $verb == service ]] && program=$(_jailctl_program "$at")
        if [[ -n $program ]]; then
                # The program's own completion, where bash-completion is loaded.
                if declare -F _command_offset >/dev/null; then
                        _command_offset "$program"
                else
                        COMPREPLY=($(compgen -f -- "$cur"))
                fi
                return
        fi
        case $prev in
        --rules) COMPREPLY=($(compgen -W "$(_jailctl_presets)" -- "$cur") $(compgen -f -- "$cur")); return ;;
        --default | --action) COMPREPLY=($(compgen -W "$actions" -- "$cur")); return ;;
        --ask) COMPREPLY=($(compgen -W 'terminal desktop none' -- "$cur")); return ;;
        --call | --number) COMPREPLY=($(compgen -W "$(_jailctl_calls)" -- "$cur")); return ;;
        --to) COMPREPLY=($(compgen -W 'oci systemd' -- "$cur")); return ;;
        --config) COMPREPLY=($(compgen -W "$(_jailctl_services)" -- "$cur") $(compgen -f -- "$cur")); return ;;
        --as) COMPREPLY=($(compgen -u -- "$cur")); return ;;
        --log) COMPREPLY=($(compgen -f -- "$cur")); return ;;
        esac
        if [[ -z $verb ]]; then
                COMPREPLY=($(compgen -W "$_jailctl_verbs $_jailctl_common --version" -- "$cur"))
                return
        fi
        if [[ $cur == -* ]]; then
                COMPREPLY=($(compgen -W "$(_jailctl_options "$verb") $_jailctl_common" -- "$cur"))
                return
        fi
        case $verb in
        run | service) COMPREPLY=($(compgen -c -- "$cur") $(compgen -f -- "$cur")) ;;
        show | ps | stats | log | stop | detach | pending) COMPREPLY=($(compgen -W "$(_jailctl_jails)" -- "$cur")) ;;
        decide)
                if ((COMP_CWORD == at + 1)); then
                        COMPREPLY=($(compgen -W "$(_jailctl_ids)" -- "$cur"))
                else
                        COMPREPLY=($(compgen -W 'allow abort abort=EACCES return=0 interrupt' -- "$cur"))
                fi ;;
        rule)
                case $((COMP_CWORD - at)) in
                1) COMPREPLY=($(compgen -W 'list set add remove move enable disable save' -- "$cur")) ;;
                2) COMPREPLY=($(compgen -W "$(_jailctl_jails)" -- "$cur")) ;;
                3) COMPREPLY=($(compgen -W "default $(_jailctl_calls)" -- "$cur")) ;;
                *) COMPREPLY=($(compgen -W "$actions" -- "$cur")) ;;
                esac ;;
        rules)
                case $((COMP_CWORD - at)) in
                1) COMPREPLY=($(compgen -W 'list check new show import export apply' -- "$cur")) ;;
                *) COMPREPLY=($(compgen -W "$(_jailctl_presets)" -- "$cur") $(compgen -f -- "$cur")) ;;
                esac ;;
        syscalls) COMPREPLY=($(compgen -W "$(_jailctl_calls)" -- "$cur")) ;;
        attach | inspect | memory | inject) COMPREPLY=($(compgen -W "$(ps -eo pid= 2>/dev/null)" -- "$cur")) ;;
        esac
} && complete -F _jailctl jailctl
