/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A whole i386 program, made here by hand: mkdir(argv[1]) and exit. */
#include <elf.h>

#include "attack.h"

int main(void)
{
        static const unsigned char code[] = {
                0x8b, 0x5c, 0x24, 0x08,                         /* mov ebx, [esp + 8]   argv[1] */
                0xb9, 0xc0, 0x01, 0x00, 0x00,                   /* mov ecx, 0700 */
                0xb8, 0x27, 0x00, 0x00, 0x00,                   /* mov eax, 39 */
                0xcd, 0x80,                                     /* int 0x80 */
                0x31, 0xdb, 0xb8, 1,    0,    0, 0, 0xcd, 0x80, /* exit(0) */
        };
        Elf32_Ehdr header = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS32, ELFDATA2LSB, EV_CURRENT},
                             .e_type = ET_EXEC,
                             .e_machine = EM_386,
                             .e_version = EV_CURRENT,
                             .e_entry = 0x10000 + sizeof(Elf32_Ehdr) + sizeof(Elf32_Phdr),
                             .e_phoff = sizeof(Elf32_Ehdr),
                             .e_ehsize = sizeof(Elf32_Ehdr),
                             .e_phentsize = sizeof(Elf32_Phdr),
                             .e_phnum = 1};
        Elf32_Phdr segment = {.p_type = PT_LOAD,
                              .p_vaddr = 0x10000,
                              .p_filesz = 4096,
                              .p_memsz = 4096,
                              .p_flags = PF_R | PF_X,
                              .p_align = 4096};
        int fd = memfd_create("program", 0);
        char *const arguments[] = {"program", (char *) forbidden_directory(), NULL};
        char *const environment[] = {NULL};
        pid_t pid;
        int status;

        if (write(fd, &header, sizeof(header)) < 0 || write(fd, &segment, sizeof(segment)) < 0 ||
            write(fd, code, sizeof(code)) < 0 || ftruncate(fd, 4096) < 0)
                return 1;
        pid = fork();
        if (pid == 0) {
                fexecve(fd, arguments, environment);
                _exit(errno == ENOEXEC ? 77 : 1);
        }
        waitpid(pid, &status, 0);
        if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
                nothing_to_win("kernel", "no i386 programs");
        return 0;
}
