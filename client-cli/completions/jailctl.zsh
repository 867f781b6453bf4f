#compdef jailctl
# SPDX-License-Identifier: GPL-3.0-or-later
# zsh completion for jailctl(1)

_jailctl_jails() { compadd -- $(jailctl list --json 2>/dev/null | sed -n 's/.*"id":\([0-9]*\).*/\1/p') }
_jailctl_ids() { compadd -- $(jailctl pending --no-color 2>/dev/null | sed -n 's/^\([0-9]*\.[0-9]*\) .*/\1/p') }
_jailctl_rules() { compadd -- $(jailctl rules list --no-color 2>/dev/null | sed -n '2,$s/ .*//p'); _files }
_jailctl_services() { compadd -- /etc/seccomp-jail/*.json(N:t:r); _files }
_jailctl_calls() { compadd -- $(jailctl syscalls --names 2>/dev/null) }
_jailctl_actions() { compadd -- allow abort notify allow-forever abort-forever return=0 abort=EACCES }

_jailctl() {
        local -a verbs common start
        verbs=('run:run a program in a jail' 'attach:take a running process' 'service:become a service in a jail' 'detach:let go of a jail' 'stop:end jails'
                'list:list the jails' 'show:show one' 'ps:its processes' 'stats:its calls counted' 'log:its log'
                'pending:the calls that wait' 'decide:answer one' 'memory:look at memory' 'inject:have a thread execute a call'
                'inspect:registers, stack, maps' 'rule:rules of a running jail' 'rules:rule files'
                'syscalls:the system calls' 'doctor:what this machine can do')
        common=('--json[for machines]' '--no-color[no colours]' '--user[private daemon]' '--system[system service]'
                '(-H --host)'{-H,--host}'[another machine]:host:_hosts' '(-h --help)'{-h,--help}'[help]')
        start=('--rules[rule file or preset]:rules:_jailctl_rules' '--default[other calls]:action:_jailctl_actions'
                '*--rule[a rule in front]:CALL=ACTION:_jailctl_calls' '--log[log file]:file:_files')
        _arguments -C $common '--version[version]' '1:verb:->verb' '*::argument:->argument'
        case $state in
        verb) _describe verb verbs ;;
        argument)
                case $words[1] in
                run) _arguments $common $start '--ask[who is asked]:where:(terminal desktop none)' '--summary[table at the end]' \
                        '--no-wait[return with the program]' '(-):program:_command_names -e' '*::arguments:_normal' ;;
                attach) _arguments $common $start '--ask[who is asked]:where:(terminal none)' '1:process:_pids' ;;
                service) _arguments $common $start '--config[its description]:description:_jailctl_services' '--check[only look at it]' \
                        '--stop[end one]:process:_pids' '--as[who it is]:user:_users' '(-):program:_command_names -e' '*::arguments:_normal' ;;
                show|ps|stats|stop|detach) _arguments $common '*:jail:_jailctl_jails' ;;
                list) _arguments $common '--all[of other users too]' ;;
                log) _arguments $common '(-f --follow)'{-f,--follow}'[go on]' '*--call[these calls]:call:_jailctl_calls' '--pid[process]:process:_pids' \
                        '--action[answered so]:action:(allow abort return interrupt)' '--failed[only errors]' '(-n --last)'{-n,--last}'[only the last]:number:' '1:jail:_jailctl_jails' ;;
                pending) _arguments $common '(-f --follow)'{-f,--follow}'[go on]' '--ask[ask here]' '1:jail:_jailctl_jails' ;;
                decide) _arguments $common '--number[another call]:call:_jailctl_calls' '*--arg[argument]:N=VALUE:' '*--field[field]:N.NAME=VALUE:' \
                        '*--write[bytes]:N=BYTES:' '*--after[change the result]:RESULT:' '--remember=-[make it a rule]::scope:(call image process children jail)' \
                        '--values[these values]' '--for[time]:time:(15m 1h 1d)' '--uses[number of calls]:number:' '--always[keep in the file]' '--preview[only say]' \
                        '1:id:_jailctl_ids' '2:answer:(allow abort abort=EACCES return=0 interrupt)' ;;
                memory) _arguments $common '--raw[bytes]' '--string[a string]' '--write[change]:bytes:' '1:process or ID\:N:_pids' ;;
                inject) _arguments $common '*:process:_pids' ;;
                inspect) _arguments $common '--what[only these]:list:(registers stack maps descriptors signals)' '1:process:_pids' ;;
                rule) _arguments $common '--position[where]:number:' '1:word:(list set add remove move enable disable save)' '2:jail:_jailctl_jails' \
                        '3:call:_jailctl_calls' '4:action:_jailctl_actions' ;;
                rules) _arguments $common '--to[form]:form:(oci systemd)' '1:word:(list check new show import export apply)' '*:rules:_jailctl_rules' ;;
                syscalls) _arguments $common '--names[only names]' '*:call:_jailctl_calls' ;;
                *) _arguments $common ;;
                esac ;;
        esac
}

_jailctl "$@"
