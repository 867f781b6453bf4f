# SPDX-License-Identifier: GPL-3.0-or-later
# `cmake --build build/release --target package`: two Debian packages, seccomp-jail and seccomp-jail-window. Paths
# of a package are those that its programs were built with, so that the build's prefix must be /usr.
if(NOT CMAKE_INSTALL_PREFIX STREQUAL "/usr")
        return()
endif()

set(here ${CMAKE_CURRENT_LIST_DIR})
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME seccomp-jail)
set(CPACK_PACKAGE_CONTACT "The seccomp-jail developers <maintainers@seccomp-jail.invalid>")
set(CPACK_PACKAGE_VENDOR seccomp-jail)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "interactive system-call firewall")
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR}/packages)
set(CPACK_SET_DESTDIR ON)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL daemon)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

set(CPACK_DEBIAN_DAEMON_DESCRIPTION "Runs programs in a jail and decides, call by call, what the kernel may do for
them: by rules, by a person's answer while the call waits, or with a result
that is made up. It has the daemon, the command jailctl, and units that put
system services into jails.")
set(CPACK_DEBIAN_DAEMON_PACKAGE_NAME seccomp-jail)
set(CPACK_DEBIAN_DAEMON_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_DAEMON_PACKAGE_DEPENDS
        "systemd (>= 252), default-dbus-system-bus | dbus-system-bus | dbus, polkitd, init-system-helpers (>= 1.54)")
set(CPACK_DEBIAN_DAEMON_PACKAGE_CONTROL_EXTRA ${here}/postinst ${here}/prerm ${here}/postrm)

set(CPACK_DEBIAN_WINDOW_DESCRIPTION "The window: shows the calls of jailed programs that wait for an answer, in
words, with their rules, processes and log, and asks by notifications when it
is closed.")
set(CPACK_DEBIAN_WINDOW_PACKAGE_NAME seccomp-jail-window)
set(CPACK_DEBIAN_WINDOW_PACKAGE_SECTION gnome)
set(CPACK_DEBIAN_WINDOW_PACKAGE_DEPENDS "seccomp-jail (>= ${PROJECT_VERSION})")
set(CPACK_DEBIAN_DAEMON_PACKAGE_SUGGESTS seccomp-jail-window)
set(CPACK_DEBIAN_WINDOW_PACKAGE_CONTROL_EXTRA ${here}/conffiles)
if(SJ_GUI)
        list(APPEND CPACK_COMPONENTS_ALL window)
endif()

# What Debian's policy wants in share/doc of each.
string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
configure_file(${here}/changelog.in ${CMAKE_BINARY_DIR}/changelog @ONLY)
sj_compress(${CMAKE_BINARY_DIR}/changelog changelog.gz)
foreach(package "daemon/seccomp-jail" "window/seccomp-jail-window")
        cmake_path(GET package PARENT_PATH component)
        cmake_path(GET package FILENAME name)
        install(FILES ${here}/copyright ${CMAKE_BINARY_DIR}/changelog.gz DESTINATION share/doc/${name}
                COMPONENT ${component})
endforeach()

include(CPack)
